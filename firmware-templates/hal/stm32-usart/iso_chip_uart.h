#ifndef ISO_CHIP_UART_H
#define ISO_CHIP_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_chip.h"
#include "stm32.h"

/*
 * The USART of the newer families, with a data register for each direction and FIFOs of some bytes
 * (RM0433 48.7, RM0456 66.8). Its clock is that of its bus, as a reset leaves it. Its interrupts
 * follow levels and need no acknowledgement.
 */
#define USART_CR1 0x00u
#define USART_BRR 0x0Cu
#define USART_ISR 0x1Cu
#define USART_ICR 0x20u
#define USART_RDR 0x24u
#define USART_TDR 0x28u
#define USART_CR1_ENABLE (1u << 0)
#define USART_CR1_RECEIVER (1u << 2)
#define USART_CR1_TRANSMITTER (1u << 3)
#define USART_CR1_RECEIVE_INTERRUPT (1u << 5) /* a byte is in the FIFO */
#define USART_CR1_FIFO (1u << 29)
/* The transmit FIFO is empty, instead of having room for one: an exception for all of it. */
#define USART_CR1_ROOM_INTERRUPT (1u << 30)
#define USART_ISR_OVERRUN (1u << 3) /* the same bit of USART_ICR clears it */
#define USART_ISR_RECEIVED (1u << 5)
#define USART_ISR_ROOM (1u << 7)

/* What the FIFO takes. */
#define ISO_CHIP_UART_MOST_BYTES_AT_ONCE UINT32_MAX

static inline void iso_chip_uart_init(const iso_chip_uart *uart) {
    stm32_clock_peripheral(uart->base);
    stm32_pin_configure(uart->transmit_pin, STM32_PIN_FUNCTION, STM32_PULL_NONE,
                        uart->pin_function);
    /* Held up: a cable that is not there must not look like bytes. */
    stm32_pin_configure(uart->receive_pin, STM32_PIN_FUNCTION, STM32_PULL_UP, uart->pin_function);
    /* Sixteenfold sampling: the divider is the clock over the rate, rounded. */
    STM32_REGISTER(uart->base + USART_BRR) =
        (stm32_bus_hz(uart->base) + uart->baud / 2u) / uart->baud;
    /* The FIFOs can be had only while it is off. */
    STM32_REGISTER(uart->base + USART_CR1) = USART_CR1_FIFO;
    STM32_REGISTER(uart->base + USART_CR1) = USART_CR1_FIFO | USART_CR1_ENABLE |
                                             USART_CR1_RECEIVER | USART_CR1_TRANSMITTER |
                                             USART_CR1_RECEIVE_INTERRUPT;
}

static inline void iso_chip_uart_acknowledge_receive(uint32_t base) {
    (void)base;
}

static inline bool iso_chip_uart_has_byte(uint32_t base) {
    return (STM32_REGISTER(base + USART_ISR) & USART_ISR_RECEIVED) != 0u;
}

static inline uint8_t iso_chip_uart_take(uint32_t base) {
    return (uint8_t)STM32_REGISTER(base + USART_RDR);
}

/* Whether bytes were lost since it was asked last. */
static inline bool iso_chip_uart_take_overrun(uint32_t base) {
    if ((STM32_REGISTER(base + USART_ISR) & USART_ISR_OVERRUN) == 0u) {
        return false;
    }
    STM32_REGISTER(base + USART_ICR) = USART_ISR_OVERRUN;
    return true;
}

/* Whether a received byte interrupts. */
static inline void iso_chip_uart_listen(uint32_t base, bool on) {
    const uint32_t control = STM32_REGISTER(base + USART_CR1);
    STM32_REGISTER(base + USART_CR1) =
        on ? control | USART_CR1_RECEIVE_INTERRUPT : control & ~USART_CR1_RECEIVE_INTERRUPT;
}

static inline void iso_chip_uart_acknowledge_transmit(uint32_t base) {
    (void)base;
}

static inline bool iso_chip_uart_can_send(uint32_t base) {
    return (STM32_REGISTER(base + USART_ISR) & USART_ISR_ROOM) != 0u;
}

static inline void iso_chip_uart_send(uint32_t base, uint8_t byte) {
    STM32_REGISTER(base + USART_TDR) = byte;
}

/* Whether an empty transmit FIFO interrupts. */
static inline void iso_chip_uart_ask_for_room(uint32_t base, bool on) {
    const uint32_t control = STM32_REGISTER(base + USART_CR1);
    STM32_REGISTER(base + USART_CR1) =
        on ? control | USART_CR1_ROOM_INTERRUPT : control & ~USART_CR1_ROOM_INTERRUPT;
}

#endif

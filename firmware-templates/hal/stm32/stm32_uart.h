#ifndef ISO_HAL_STM32_UART_H
#define ISO_HAL_STM32_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_chip.h"
#include "stm32.h"

/*
 * What every family's USART does alike; where its registers lie, and the bits that were moved, are
 * the family's (iso_chip_uart.h, which includes this). Sections as there.
 */
#define USART_CR1_RECEIVER (1u << 2)
#define USART_CR1_TRANSMITTER (1u << 3)
#define USART_CR1_RECEIVE_INTERRUPT (1u << 5)
#define USART_STATUS_OVERRUN (1u << 3)
#define USART_STATUS_RECEIVED (1u << 5)
#define USART_STATUS_ROOM (1u << 7)

static inline void iso_chip_uart_init(const iso_chip_uart *uart) {
    stm32_clock_peripheral(uart->base);
    stm32_pin_configure(uart->transmit_pin, STM32_PIN_FUNCTION, STM32_PULL_NONE,
                        uart->pin_function);
    /* Held up: a cable that is not there must not look like bytes. */
    stm32_pin_configure(uart->receive_pin, STM32_PIN_FUNCTION, STM32_PULL_UP, uart->pin_function);
    /* Sixteenfold sampling: the divider, in sixteenths where it has a fraction, is the clock over
     * the rate, rounded. */
    STM32_REGISTER(uart->base + USART_BRR) =
        (stm32_bus_hz(uart->base) + uart->baud / 2u) / uart->baud;
    STM32_REGISTER(uart->base + USART_CR1) = USART_CR1_OFF;
    STM32_REGISTER(uart->base + USART_CR1) =
        USART_CR1_ENABLE | USART_CR1_RECEIVER | USART_CR1_TRANSMITTER | USART_CR1_RECEIVE_INTERRUPT;
}

static inline void iso_chip_uart_acknowledge_receive(uint32_t base) {
    (void)base;
}

static inline bool iso_chip_uart_has_byte(uint32_t base) {
    return (STM32_REGISTER(base + USART_STATUS) & USART_STATUS_RECEIVED) != 0u;
}

static inline uint8_t iso_chip_uart_take(uint32_t base) {
    return (uint8_t)STM32_REGISTER(base + USART_RECEIVE_DATA);
}

static inline void stm32_uart_switch(uint32_t base, uint32_t interrupt, bool on) {
    const uint32_t control = STM32_REGISTER(base + USART_CR1);
    STM32_REGISTER(base + USART_CR1) = on ? control | interrupt : control & ~interrupt;
}

/* Whether a received byte interrupts. */
static inline void iso_chip_uart_listen(uint32_t base, bool on) {
    stm32_uart_switch(base, USART_CR1_RECEIVE_INTERRUPT, on);
}

static inline void iso_chip_uart_acknowledge_transmit(uint32_t base) {
    (void)base;
}

static inline bool iso_chip_uart_can_send(uint32_t base) {
    return (STM32_REGISTER(base + USART_STATUS) & USART_STATUS_ROOM) != 0u;
}

static inline void iso_chip_uart_send(uint32_t base, uint8_t byte) {
    STM32_REGISTER(base + USART_TRANSMIT_DATA) = byte;
}

/* Whether room for another byte, or for all that the FIFO holds, interrupts. */
static inline void iso_chip_uart_ask_for_room(uint32_t base, bool on) {
    stm32_uart_switch(base, USART_CR1_ROOM_INTERRUPT, on);
}

#endif

#ifndef ISO_CHIP_UART_H
#define ISO_CHIP_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_chip.h"
#include "stm32.h"

/*
 * USART with one status and one data register (RM0090 30.6, RM0390 25.6). Its interrupts follow
 * levels and need no acknowledgement.
 */
#define USART_SR 0x00u
#define USART_DR 0x04u
#define USART_BRR 0x08u
#define USART_CR1 0x0Cu
#define USART_SR_OVERRUN (1u << 3)
#define USART_SR_RECEIVED (1u << 5)
#define USART_SR_ROOM (1u << 7)
#define USART_CR1_RECEIVER (1u << 2)
#define USART_CR1_TRANSMITTER (1u << 3)
#define USART_CR1_RECEIVE_INTERRUPT (1u << 5)
#define USART_CR1_ROOM_INTERRUPT (1u << 7)
#define USART_CR1_ENABLE (1u << 13)

/* The chip takes two. QEMU 7.2 takes all, and never interrupts for room: what is not sent at once
 * would stay. */
#define ISO_CHIP_UART_MOST_BYTES_AT_ONCE UINT32_MAX

static inline void iso_chip_uart_init(const iso_chip_uart *uart) {
    stm32_clock_peripheral(uart->base);
    stm32_pin_configure(uart->transmit_pin, STM32_PIN_FUNCTION, STM32_PULL_NONE,
                        uart->pin_function);
    /* Held up: a cable that is not there must not look like bytes. */
    stm32_pin_configure(uart->receive_pin, STM32_PIN_FUNCTION, STM32_PULL_UP, uart->pin_function);
    /* Sixteenfold sampling: the divider in sixteenths is the clock over the rate, rounded. */
    STM32_REGISTER(uart->base + USART_BRR) =
        (stm32_bus_hz(uart->base) + uart->baud / 2u) / uart->baud;
    STM32_REGISTER(uart->base + USART_CR1) =
        USART_CR1_ENABLE | USART_CR1_RECEIVER | USART_CR1_TRANSMITTER | USART_CR1_RECEIVE_INTERRUPT;
}

static inline void iso_chip_uart_acknowledge_receive(uint32_t base) {
    (void)base;
}

static inline bool iso_chip_uart_has_byte(uint32_t base) {
    return (STM32_REGISTER(base + USART_SR) & USART_SR_RECEIVED) != 0u;
}

static inline uint8_t iso_chip_uart_take(uint32_t base) {
    return (uint8_t)STM32_REGISTER(base + USART_DR);
}

/* Whether bytes were lost since it was asked last. The flag goes when the data register is read
 * after the status: by taking the byte that waits, or here where none does (RM0090 30.6.1). */
static inline bool iso_chip_uart_take_overrun(uint32_t base) {
    const uint32_t state = STM32_REGISTER(base + USART_SR);
    if ((state & (USART_SR_OVERRUN | USART_SR_RECEIVED)) == USART_SR_OVERRUN) {
        (void)STM32_REGISTER(base + USART_DR);
    }
    return (state & USART_SR_OVERRUN) != 0u;
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
    return (STM32_REGISTER(base + USART_SR) & USART_SR_ROOM) != 0u;
}

static inline void iso_chip_uart_send(uint32_t base, uint8_t byte) {
    STM32_REGISTER(base + USART_DR) = byte;
}

/* Whether room for another byte interrupts. */
static inline void iso_chip_uart_ask_for_room(uint32_t base, bool on) {
    const uint32_t control = STM32_REGISTER(base + USART_CR1);
    STM32_REGISTER(base + USART_CR1) =
        on ? control | USART_CR1_ROOM_INTERRUPT : control & ~USART_CR1_ROOM_INTERRUPT;
}

#endif

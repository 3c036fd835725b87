#ifndef ISO_CHIP_UART_H
#define ISO_CHIP_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "cmsdk.h"
#include "iso_chip.h"

/* One byte each way. Its transmit interrupt comes once for each byte that has left. */

/* A UART that takes bytes as fast as they come, as emulated ones do, must not hold up the interrupt
 * that takes samples; its own interrupt goes on with the rest. */
#define ISO_CHIP_UART_MOST_BYTES_AT_ONCE 16u

static inline void iso_chip_uart_init(const iso_chip_uart *uart) {
    /* Only for wires without flow control; an emulator ignores it. At least 16 (DDI 0479D). */
    const uint32_t divider = ISO_BOARD_CORE_CLOCK_HZ / uart->baud;
    CMSDK_REGISTER(uart->base + CMSDK_UART_BAUDDIV) = divider < 16u ? 16u : divider;
    CMSDK_REGISTER(uart->base + CMSDK_UART_CTRL) =
        CMSDK_UART_CTRL_TX_ENABLE | CMSDK_UART_CTRL_RX_ENABLE | CMSDK_UART_CTRL_TX_INTERRUPT |
        CMSDK_UART_CTRL_RX_INTERRUPT;
}

static inline void iso_chip_uart_acknowledge_receive(uint32_t base) {
    CMSDK_REGISTER(base + CMSDK_UART_INTCLEAR) = CMSDK_UART_INT_RX;
}

static inline bool iso_chip_uart_has_byte(uint32_t base) {
    return (CMSDK_REGISTER(base + CMSDK_UART_STATE) & CMSDK_UART_STATE_RX_FULL) != 0u;
}

static inline uint8_t iso_chip_uart_take(uint32_t base) {
    return (uint8_t)CMSDK_REGISTER(base + CMSDK_UART_DATA);
}

/* Whether bytes were lost since it was asked last. */
static inline bool iso_chip_uart_take_overrun(uint32_t base) {
    if ((CMSDK_REGISTER(base + CMSDK_UART_STATE) & CMSDK_UART_STATE_RX_OVERRUN) == 0u) {
        return false;
    }
    CMSDK_REGISTER(base + CMSDK_UART_STATE) = CMSDK_UART_STATE_RX_OVERRUN;
    return true;
}

/* Whether a received byte interrupts. */
static inline void iso_chip_uart_listen(uint32_t base, bool on) {
    const uint32_t control = CMSDK_REGISTER(base + CMSDK_UART_CTRL);
    CMSDK_REGISTER(base + CMSDK_UART_CTRL) =
        on ? control | CMSDK_UART_CTRL_RX_INTERRUPT : control & ~CMSDK_UART_CTRL_RX_INTERRUPT;
}

static inline void iso_chip_uart_acknowledge_transmit(uint32_t base) {
    CMSDK_REGISTER(base + CMSDK_UART_INTCLEAR) = CMSDK_UART_INT_TX;
}

static inline bool iso_chip_uart_can_send(uint32_t base) {
    return (CMSDK_REGISTER(base + CMSDK_UART_STATE) & CMSDK_UART_STATE_TX_FULL) == 0u;
}

static inline void iso_chip_uart_send(uint32_t base, uint8_t byte) {
    CMSDK_REGISTER(base + CMSDK_UART_DATA) = byte;
}

/* Whether room for another byte interrupts; here it always does. */
static inline void iso_chip_uart_ask_for_room(uint32_t base, bool on) {
    (void)base;
    (void)on;
}

#endif

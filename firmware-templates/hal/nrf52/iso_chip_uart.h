#ifndef ISO_CHIP_UART_H
#define ISO_CHIP_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_chip.h"
#include "nrf52.h"

/*
 * UART0, the one without DMA (6.33): bytes come and go one by one, six wait in its receive FIFO,
 * where DMA would give up a buffer only when it is full. Its interrupt is there while an enabled
 * event is.
 */
#define NRF52_UART_STARTRX 0x000u
#define NRF52_UART_STARTTX 0x008u
#define NRF52_UART_RXDRDY 0x108u
#define NRF52_UART_TXDRDY 0x11Cu
#define NRF52_UART_INTENSET 0x304u
#define NRF52_UART_INTENCLR 0x308u
#define NRF52_UART_ERRORSRC 0x480u
#define NRF52_UART_ENABLE 0x500u
#define NRF52_UART_PSEL_TXD 0x50Cu
#define NRF52_UART_PSEL_RXD 0x514u
#define NRF52_UART_RXD 0x518u
#define NRF52_UART_TXD 0x51Cu
#define NRF52_UART_BAUDRATE 0x524u
#define NRF52_UART_INTEN_RXDRDY (1u << 2)
#define NRF52_UART_INTEN_TXDRDY (1u << 7)
#define NRF52_UART_ERRORSRC_OVERRUN (1u << 0) /* cleared by writing 1 */
#define NRF52_UART_ENABLE_WITHOUT_DMA 4u

/* The next is taken once this one has left. */
#define ISO_CHIP_UART_MOST_BYTES_AT_ONCE 1u

/* A byte is on its way; the hardware only tells when it has left. */
extern bool nrf52_uart_sends;

void iso_chip_uart_init(const iso_chip_uart *uart);

static inline void iso_chip_uart_acknowledge_receive(uint32_t base) {
    (void)base;
}

static inline bool iso_chip_uart_has_byte(uint32_t base) {
    return NRF52_REGISTER(base + NRF52_UART_RXDRDY) != 0u;
}

static inline uint8_t iso_chip_uart_take(uint32_t base) {
    /* In this order: reading brings the next byte up, whose event must not be lost. */
    nrf52_clear_event(base + NRF52_UART_RXDRDY);
    return (uint8_t)NRF52_REGISTER(base + NRF52_UART_RXD);
}

/* Whether bytes were lost since it was asked last. */
static inline bool iso_chip_uart_take_overrun(uint32_t base) {
    if ((NRF52_REGISTER(base + NRF52_UART_ERRORSRC) & NRF52_UART_ERRORSRC_OVERRUN) == 0u) {
        return false;
    }
    NRF52_REGISTER(base + NRF52_UART_ERRORSRC) = NRF52_UART_ERRORSRC_OVERRUN;
    return true;
}

/* Whether a received byte interrupts. */
static inline void iso_chip_uart_listen(uint32_t base, bool on) {
    NRF52_REGISTER(base + (on ? NRF52_UART_INTENSET : NRF52_UART_INTENCLR)) =
        NRF52_UART_INTEN_RXDRDY;
}

static inline void iso_chip_uart_acknowledge_transmit(uint32_t base) {
    if (NRF52_REGISTER(base + NRF52_UART_TXDRDY) != 0u) {
        nrf52_clear_event(base + NRF52_UART_TXDRDY);
        nrf52_uart_sends = false;
    }
}

static inline bool iso_chip_uart_can_send(uint32_t base) {
    (void)base;
    return !nrf52_uart_sends;
}

static inline void iso_chip_uart_send(uint32_t base, uint8_t byte) {
    nrf52_uart_sends = true;
    NRF52_REGISTER(base + NRF52_UART_TXD) = byte;
}

/* Whether a byte that has left interrupts. */
static inline void iso_chip_uart_ask_for_room(uint32_t base, bool on) {
    NRF52_REGISTER(base + (on ? NRF52_UART_INTENSET : NRF52_UART_INTENCLR)) =
        NRF52_UART_INTEN_TXDRDY;
}

#endif

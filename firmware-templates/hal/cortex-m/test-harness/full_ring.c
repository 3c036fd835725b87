/*
 * A line with flow control into a port whose reader is late: its ring is full most of the time. A
 * byte reaches the UART so many questions of the driver after the one before was taken, so that it
 * comes between any two of them. Prints how many bytes came through in order; the argument is the
 * number of questions.
 */
#define ISO_HAL_CORTEX_M_H /* not the processor's: what ports.c asks of it follows */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline void iso_cortex_enable_interrupt(uint32_t irq) {
    (void)irq;
}
static inline uint32_t iso_cortex_mask(void) {
    return 0u;
}
static inline void iso_cortex_unmask(uint32_t mask) {
    (void)mask;
}
void iso_cortex_link_interrupt(void);
void iso_cortex_inject_interrupt(void);
void iso_cortex_ports_init(void);

#include "../../ports.c"
#include "../ports.c"

#define BYTES 100000u

static unsigned questions_between;
static unsigned questions;
static uint32_t sent; /* what the next byte holds tells its place */
static bool in_uart;
static bool listens = true;

static void ask(void) {
    if (in_uart || sent == BYTES) {
        return;
    }
    if (questions == questions_between) {
        in_uart = true;
        sent += 1u;
        questions = 0u;
    } else {
        questions += 1u;
    }
}

static uint8_t byte_of(uint32_t place) {
    return (uint8_t)(place * 2654435761u >> 24);
}

void iso_chip_uart_init(const iso_chip_uart *uart) {
    (void)uart;
}
void iso_chip_uart_acknowledge_receive(uint32_t base) {
    (void)base;
}
void iso_chip_uart_acknowledge_transmit(uint32_t base) {
    (void)base;
}
bool iso_chip_uart_has_byte(uint32_t base) {
    if (base != ISO_BOARD_INJECT_BASE) {
        return false;
    }
    const bool has = in_uart;
    ask();
    return has;
}
uint8_t iso_chip_uart_take(uint32_t base) {
    (void)base;
    in_uart = false;
    return byte_of(sent - 1u);
}
bool iso_chip_uart_take_overrun(uint32_t base) {
    (void)base;
    ask();
    return false;
}
void iso_chip_uart_listen(uint32_t base, bool listen) {
    if (base == ISO_BOARD_INJECT_BASE) {
        listens = listen;
    }
}
bool iso_chip_uart_can_send(uint32_t base) {
    (void)base;
    return true;
}
void iso_chip_uart_send(uint32_t base, uint8_t byte) {
    (void)base;
    (void)byte;
}
void iso_chip_uart_ask_for_room(uint32_t base, bool on) {
    (void)base;
    (void)on;
}

int main(int count, char **arguments) {
    questions_between = count > 1 ? (unsigned)atoi(arguments[1]) : 0u;
    uint32_t read = 0u;
    /* Each turn lets a byte come or interrupt; every so many of them the reader takes some. */
    for (uint32_t turn = 0u; turn < 64u * BYTES && read < BYTES; turn += 1u) {
        ask();
        if (listens && in_uart) {
            iso_cortex_inject_interrupt();
        }
        if (turn % 1024u == 1023u) {
            uint8_t bytes[61];
            const size_t got = iso_hal_read(ISO_HAL_PORT_INJECT, bytes, sizeof bytes);
            for (size_t i = 0; i < got; i += 1u) {
                if (bytes[i] != byte_of(read)) {
                    printf("%u\n", read);
                    return 0;
                }
                read += 1u;
            }
        }
    }
    printf("%u\n", read);
    return 0;
}

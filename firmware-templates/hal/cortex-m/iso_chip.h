#ifndef ISO_CHIP_H
#define ISO_CHIP_H

#include <stdint.h>

/*
 * What this folder asks of a chip family. Beside these functions the family's folder holds
 *
 *     iso_chip_uart.h        one byte in, one byte out: inline functions on a UART's base address;
 *                            and ISO_CHIP_UART_MOST_BYTES_AT_ONCE, what one interrupt may send
 *     iso_chip_interrupts.h  ISO_CHIP_INTERRUPTS, the family's entries of the vector table; and,
 *                            where its watchdog interrupts before it resets and the entry is
 *                            iso_cortex_fault, ISO_CHIP_WATCHDOG_EXCEPTION, the exception's number
 *
 * and defines iso_hal_complaint, iso_hal_ticks, iso_hal_ticks_per_second, iso_hal_watchdog_start
 * and iso_hal_watchdog_feed.
 */

#include "iso_hal.h"

/* Clocks, and the free-running counter; the first thing that iso_hal_init does. */
void iso_chip_clock_init(void);
/* Of the processor, as iso_chip_clock_init left it. */
uint32_t iso_chip_core_hz(void);

/* A UART of the board file. Pins are numbers of the family's making (host/toolchain/board-header);
 * chips whose pins are wired to their peripherals ignore them. */
typedef struct {
    uint32_t base;
    uint32_t baud;
    uint32_t transmit_pin;
    uint32_t receive_pin;
    uint32_t pin_function;
} iso_chip_uart;

/* What the chip's own register says of the last reset, and clears there;
 * ISO_HAL_RESET_UNANNOUNCED where it says nothing. Asked once. */
iso_hal_reset_cause iso_chip_take_reset_cause(void);

#endif

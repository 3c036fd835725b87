#ifndef ISO_CHIP_H
#define ISO_CHIP_H

/*
 * What this folder asks of a chip family. Beside these functions the family's folder holds
 *
 *     iso_chip_uart.h        one byte in, one byte out: inline functions on a UART's base address
 *     iso_chip_interrupts.h  ISO_CHIP_INTERRUPTS, the family's entries of the vector table
 *
 * and defines iso_hal_ticks and iso_hal_ticks_per_second.
 */

/* Clocks, and the free-running counter; the first thing that iso_hal_init does. */
void iso_chip_clock_init(void);

#endif

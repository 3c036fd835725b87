#ifndef ISO_HAL_SPI_H
#define ISO_HAL_SPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a front end on SPI needs of a chip: one bus with one chip select, three outputs and one
 * input that interrupts. Only boards with an `afe` in their board file implement it.
 *
 * The bus: clock idle low, data valid at its falling edge (mode 1), most significant bit first.
 * Chip select is active low and belongs to the HAL: it goes low before the first clock of an
 * exchange, stays low for a while after the last, and then high for a while.
 */

/* An ADS1298 decodes for 4 periods of its clock, and wants 2 between exchanges (tSCCS and tCSH,
 * SBAS459K 7.6). */
#define ISO_HAL_SPI_HOLD_NS 2000u
#define ISO_HAL_SPI_PAUSE_NS 1000u

#define ISO_HAL_SPI_MOST_BYTES 64u

typedef enum {
    ISO_HAL_AFE_RESET = 0,      /* active low */
    ISO_HAL_AFE_POWER_DOWN = 1, /* active low */
    ISO_HAL_AFE_START = 2       /* active high: conversions run */
} iso_hal_afe_pin;

/* Pins as outputs, all low; chip select high; the bus at the fastest clock that is not above
 * most_hz. The data-ready input does not interrupt yet. */
void iso_hal_spi_init(uint32_t most_hz);
void iso_hal_afe_write_pin(iso_hal_afe_pin pin, bool high);

/* Waits for its end; at most ISO_HAL_SPI_MOST_BYTES. Not while a begun exchange runs. False: it did
 * not end within 2 ms and was given up. */
bool iso_hal_spi_exchange(const uint8_t *out, uint8_t *in, size_t count);

/* Returns at once; iso_afe_exchange_done follows from an interrupt (of the bus or of its DMA),
 * never from inside this call. Both buffers lie in RAM and stay the HAL's until then. False: the
 * last one still runs. */
bool iso_hal_spi_begin(const uint8_t *out, uint8_t *in, size_t count);

/* Gives up the exchange that runs, if one does: its iso_afe_exchange_done does not come any more,
 * chip select goes high, and the bus is set up anew. */
void iso_hal_spi_abort(void);

/* Falling edges of data ready interrupt from here on, or no longer. Its interrupt and the
 * exchange's have the same priority: neither interrupts the other. Those of the UARTs, which lose
 * bytes within microseconds, come before both. */
void iso_hal_afe_listen(bool listen);

/* Called by the HAL from those interrupts; the front end implements them. */
void iso_afe_data_ready(void);
void iso_afe_exchange_done(void);

#endif

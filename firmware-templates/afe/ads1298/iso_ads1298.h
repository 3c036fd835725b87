#ifndef ISO_ADS1298_H
#define ISO_ADS1298_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_ads1298_registers.h"
#include "iso_board.h"
#include "iso_lead_off.h"
#include "iso_leads.h"

/*
 * The ADS1298 as a source of samples: what the board file says of it, its settings, and the stages
 * between its interrupt and the main loop. ads1298_front_end.c makes a front end of them.
 *
 * The chip converts at ISO_BOARD_AFE_CONVERSION_HZ. Its own filter has lost 3 dB at 0.262 of that
 * rate (data sheet, 9.3.1.5.3), 131 Hz at 500 Hz, less than the diagnostic 150 Hz: boards convert
 * faster, and iso_ads1298_reduce brings the rate down to 500 Hz.
 */

#define ISO_ADS1298_OUTPUT_HZ 500u
#define ISO_ADS1298_FACTOR (ISO_BOARD_AFE_CONVERSION_HZ / ISO_ADS1298_OUTPUT_HZ)
#define ISO_ADS1298_DELAY ((ISO_ADS1298_TAPS - 1u) / 2u) /* conversions */

#if ISO_BOARD_AFE_CONVERSION_HZ == 2000
#define ISO_ADS1298_TAPS 53u
#elif ISO_BOARD_AFE_CONVERSION_HZ == 1000
#define ISO_ADS1298_TAPS 27u
#elif ISO_BOARD_AFE_CONVERSION_HZ == 500
#define ISO_ADS1298_TAPS 1u
#else
#error "ISO_BOARD_AFE_CONVERSION_HZ must be 500, 1000 or 2000"
#endif

/* What one reading of the chip says. */
typedef struct {
    int32_t code[ADS1298_CHANNELS];
    iso_lead_off_bits contact;
} iso_ads1298_conversion;

/* Driven on the four GPIO pins, which no board connects: known bits in every status word. */
#define ISO_ADS1298_STATUS_PATTERN 0x0Au

/* --- iso_ads1298_settings.c --- */

typedef enum { ISO_ADS1298_MEASURE, ISO_ADS1298_SELF_TEST } iso_ads1298_purpose;

/* What every register should hold, by address. */
void iso_ads1298_settings(iso_ads1298_purpose purpose, uint8_t registers[ADS1298_REGISTERS]);
/* The bits of a register that must read as they were written: none of those that the chip sets or
 * that its data sheet leaves open. */
uint8_t iso_ads1298_fixed_bits(uint8_t address);
/* ISO_INDEPENDENT_* of each channel. */
extern const uint8_t iso_ads1298_lead_of_channel[ADS1298_CHANNELS];

/* --- iso_ads1298_reading.c --- */

/* False where the known bits of the status word are wrong: whatever else came is not to be
 * believed. */
bool iso_ads1298_parse(const uint8_t bytes[ADS1298_DATA_BYTES], iso_ads1298_conversion *out);
/* The converter's end of scale. */
#define ISO_ADS1298_RAIL_MICROVOLT (ISO_BOARD_AFE_REFERENCE_MILLIVOLT * 1000 / ISO_BOARD_AFE_GAIN)
int32_t iso_ads1298_microvolt(int32_t code);

/* --- iso_ads1298_reduce.c --- */

/* The last conversions of each channel. RAM: 424 bytes a channel at 2000 Hz. */
typedef struct {
    int32_t history[ADS1298_CHANNELS][2u * ISO_ADS1298_TAPS]; /* twice: always one straight run */
    uint8_t next;
    bool primed;
} iso_ads1298_reduce;

/* Q15, symmetric, sum exactly 32768. */
extern const int32_t iso_ads1298_taps[ISO_ADS1298_TAPS];

/* The next conversion begins anew, as if it had been there for ever: after a gap. */
void iso_ads1298_reduce_restart(iso_ads1298_reduce *reduce);
void iso_ads1298_reduce_push(iso_ads1298_reduce *reduce, const int32_t code[ADS1298_CHANNELS]);
/* The filtered codes, ISO_ADS1298_DELAY conversions before the newest. */
void iso_ads1298_reduce_read(const iso_ads1298_reduce *reduce, int32_t code[ADS1298_CHANNELS]);

#endif

#ifndef ISO_DECIMATE_H
#define ISO_DECIMATE_H

#include <stdint.h>

#include "iso_leads.h"

/*
 * 500 Hz to 100 Hz: linear-phase low-pass (iso_decimate_taps.c), evaluated only where an output is
 * wanted. The delay of 50 samples is a multiple of the factor 5, so outputs asked for at multiples
 * of 5 lie on multiples of 5.
 */

#define ISO_DECIMATE_TAPS 101
#define ISO_DECIMATE_FACTOR 5
#define ISO_DECIMATE_DELAY_SAMPLES 50

/* Q15, symmetric, sum exactly 32768. */
extern const int16_t iso_decimate_taps[ISO_DECIMATE_TAPS];

typedef struct {
    int32_t history[ISO_INDEPENDENT_LEADS][ISO_DECIMATE_TAPS];
    uint8_t newest; /* slot of the newest sample */
} iso_decimate;

/* Behaves as if this sample had been there for ever: no step transient. */
void iso_decimate_prime(iso_decimate *decimate, const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
void iso_decimate_push(iso_decimate *decimate, const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
/* The filtered value ISO_DECIMATE_DELAY_SAMPLES before the newest sample. */
void iso_decimate_read(const iso_decimate *decimate, int32_t microvolt[ISO_INDEPENDENT_LEADS]);

#endif

#ifndef ISO_LOWPASS_H
#define ISO_LOWPASS_H

#include <stdint.h>

#include "iso_leads.h"

/*
 * Low-pass at 500 Hz with linear phase, -3 dB just above 150 Hz (diagnostic) or 40 Hz (monitor);
 * taps and their design: generate-lowpass-taps.ts. The delay is the same for both.
 *
 * Delay: ISO_LOWPASS_DELAY_SAMPLES. RAM: 488 bytes a lead. Microvolt in and out, inputs within
 * +-2^25. Gap: the state is a window; prime it anew.
 */

#define ISO_LOWPASS_TAPS 61
#define ISO_LOWPASS_DELAY_SAMPLES 30

typedef enum { ISO_LOWPASS_150_HZ, ISO_LOWPASS_40_HZ } iso_lowpass_cut;

/* Q15, symmetric, sum exactly 32768. */
extern const int16_t iso_lowpass_150_taps[ISO_LOWPASS_TAPS];
extern const int16_t iso_lowpass_40_taps[ISO_LOWPASS_TAPS];

typedef struct {
    const int16_t *taps;
    /* Each sample twice, ISO_LOWPASS_TAPS apart: the last 61 always lie in one straight run, and
     * the symmetric sum walks it from both ends. */
    int32_t history[ISO_INDEPENDENT_LEADS][2 * ISO_LOWPASS_TAPS];
    uint8_t next;
} iso_lowpass;

void iso_lowpass_init(iso_lowpass *lowpass, iso_lowpass_cut cut);
/* Behaves as if this sample had been there for ever: no step transient. */
void iso_lowpass_prime(iso_lowpass *lowpass, const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
/* Out: the filtered value ISO_LOWPASS_DELAY_SAMPLES ago. */
void iso_lowpass_push(iso_lowpass *lowpass, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                      int32_t out[ISO_INDEPENDENT_LEADS]);

#endif

#ifndef ISO_BASELINE_H
#define ISO_BASELINE_H

#include <stdint.h>

#include "iso_leads.h"

/*
 * Baseline removal at 100 Hz with linear phase: the input, delayed, minus its moving average over
 * 64 and again over 128 samples. A triangle-like kernel of 191 samples, delay (63 + 127) / 2 = 95
 * samples, -3 dB at 0.55 Hz: the ST segment keeps its shape because no phase is bent (AHA/ACC/HRS
 * 2007 allows 0.67 Hz for zero-phase filters). Running sums are exact integers, so the filter never
 * drifts. Defined for inputs within +-2^24 microvolt.
 */

#define ISO_BASELINE_FIRST_LENGTH 64
#define ISO_BASELINE_SECOND_LENGTH 128
#define ISO_BASELINE_DELAY_SAMPLES 95

typedef struct {
    int32_t input[ISO_BASELINE_SECOND_LENGTH][ISO_INDEPENDENT_LEADS];
    int32_t first_sums[ISO_BASELINE_SECOND_LENGTH][ISO_INDEPENDENT_LEADS];
    int32_t first_sum[ISO_INDEPENDENT_LEADS];
    int64_t second_sum[ISO_INDEPENDENT_LEADS];
    uint8_t next; /* slot of both rings that the next sample takes */
} iso_baseline;

/* Behaves as if this sample had been there for ever. */
void iso_baseline_prime(iso_baseline *baseline, const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
/* Out: the value ISO_BASELINE_DELAY_SAMPLES ago without its baseline, saturated to int16. */
void iso_baseline_push(iso_baseline *baseline, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                       int16_t out[ISO_INDEPENDENT_LEADS]);

#endif

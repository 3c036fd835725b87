#ifndef ISO_HIGHPASS_LINEAR_H
#define ISO_HIGHPASS_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_leads.h"

/*
 * High-pass of the monitor band with linear phase, -3 dB at 0.5 Hz: the input, delayed, minus its
 * moving average over 1.15 s taken twice. No phase is bent, so ST segments keep their shape
 * (AHA/ACC/HRS 2007 allows up to 0.67 Hz for such filters).
 *
 * The average is formed of means of eight samples and joined by straight lines, which needs an
 * eighth of the memory; what that folds back lies more than 50 dB down (the test measures it). Sums
 * are exact integers: an offset changes no bit and nothing drifts.
 *
 * Delay: ISO_HIGHPASS_LINEAR_DELAY_SAMPLES. RAM: 3.2 KB a lead. Microvolt in and out, inputs within
 * +-2^23. Gap: the state is a window; prime it anew.
 */

#define ISO_HIGHPASS_LINEAR_BLOCK 8
/* Means of eight in each of the two averages: 8 * 72 samples are 1.152 s. */
#define ISO_HIGHPASS_LINEAR_LENGTH 72
/* Half of a block and of both averages (3.5 + 2 * 284 = 571.5), half a sample to the middle of two,
 * and the 7 samples until the next mean ends the line. */
#define ISO_HIGHPASS_LINEAR_DELAY_SAMPLES 579

typedef struct {
    int32_t block_sum;
    int32_t blocks[ISO_HIGHPASS_LINEAR_LENGTH]; /* sums of eight samples */
    int64_t first_sums[ISO_HIGHPASS_LINEAR_LENGTH];
    int64_t first_sum;
    int64_t second_sum;
    int32_t line_from; /* baseline at the ends of the line that covers the delayed samples */
    int32_t line_to;
    int32_t delayed[ISO_HIGHPASS_LINEAR_DELAY_SAMPLES];
} iso_highpass_linear_lead;

typedef struct {
    iso_highpass_linear_lead leads[ISO_INDEPENDENT_LEADS];
    uint16_t next_delayed;
    uint8_t next_block;
    uint8_t in_block;
} iso_highpass_linear;

/* Behaves as if this sample had been there for ever. */
void iso_highpass_linear_prime(iso_highpass_linear *highpass,
                               const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
/* Out: the value ISO_HIGHPASS_LINEAR_DELAY_SAMPLES ago without its baseline. In place, if wanted.
 */
void iso_highpass_linear_push(iso_highpass_linear *highpass,
                              const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                              int32_t out[ISO_INDEPENDENT_LEADS]);

#endif

#ifndef ISO_CHAIN_H
#define ISO_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_baseline.h"
#include "iso_decimate.h"
#include "iso_leads.h"

/*
 * The signal chain: 500 Hz microvolt in, 100 Hz microvolt out, low-passed at about 40 Hz, baseline
 * removed. Integers only: the same samples give the same bits on every processor.
 *
 * Time. An output's sample_index is the moment it describes on the 500 Hz axis, all filter delays
 * removed. Outputs lie on multiples of ISO_CHAIN_FACTOR, always, whatever was lost before. An
 * output leaves the chain ISO_CHAIN_DELAY_SAMPLES (1.05 s) after its moment.
 *
 * Start. The first sample after a start or a gap counts as having been there for ever; the first
 * output describes the first multiple of ISO_CHAIN_FACTOR at or after it.
 *
 * Gap. Announced by iso_chain_gap, or seen because a sample_index is not the one expected. The
 * chain starts anew at the next sample, and the moments of the last 1.05 s before the gap are not
 * output: their filters would have needed what is missing. The uint32 clock wraps after 99 days;
 * since 2^32 is not a multiple of 5 the wrap counts as a gap.
 */

#define ISO_CHAIN_INPUT_HZ 500
#define ISO_CHAIN_OUTPUT_HZ 100
#define ISO_CHAIN_FACTOR ISO_DECIMATE_FACTOR
#define ISO_CHAIN_DELAY_SAMPLES                                                                    \
    (ISO_DECIMATE_DELAY_SAMPLES + ISO_CHAIN_FACTOR * ISO_BASELINE_DELAY_SAMPLES)
/* Inputs are clamped here (8.4 V, far beyond any front end): it bounds every sum below. */
#define ISO_CHAIN_INPUT_LIMIT_MICROVOLT 8388607

typedef struct {
    uint32_t sample_index; /* 500 Hz axis, delay compensated */
    int16_t microvolt[ISO_INDEPENDENT_LEADS];
} iso_chain_sample;

typedef struct {
    iso_decimate decimate;
    iso_baseline baseline;
    uint32_t expected_index;
    uint32_t first_index; /* first sample since the start or the last gap */
    bool primed;
} iso_chain;

void iso_chain_init(iso_chain *chain);
/* True when *out was written: at sample indices that are multiples of ISO_CHAIN_FACTOR, once the
 * delay has passed. */
bool iso_chain_push(iso_chain *chain, uint32_t sample_index,
                    const int32_t microvolt[ISO_INDEPENDENT_LEADS], iso_chain_sample *out);
void iso_chain_gap(iso_chain *chain, uint32_t missing_samples);

#endif

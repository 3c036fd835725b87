#ifndef ISO_PACER_H
#define ISO_PACER_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_leads.h"

/*
 * Pacemaker pulses at 500 Hz: marked, and taken out before filters ring on them.
 *
 * A pulse (2 to 700 mV, 0.1 to 2 ms) is shorter than a sample. What a converter of 500 samples a
 * second shows of it is its area spread over at most four samples: 2 mV of 0.1 ms come out below
 * 0.1 mV, lost in any QRS and harmless; 2 mV of 1 ms are a spike of 0.5 to 0.8 mV. So a mark says
 * that a spike is in the samples; that none is there says nothing about pulses too small to be
 * seen.
 *
 * A spike stands out from the samples three before and three after (6 ms): the least of both, on
 * each lead with its sign. All leads together it must be twice the largest change in 6 ms that the
 * 30 ms on either side of it hold: the tip of an R wave, however tall or steep, stands between
 * flanks as steep as itself. And it must be on at least three leads, as no electrode's contact
 * noise on the chest is. Two spikes within 30 ms of like height hide each other.
 *
 * Five samples around a spike become the straight line between those beside them.
 *
 * Delay: ISO_PACER_DELAY_SAMPLES. RAM: 130 bytes a lead. Microvolt in and out, inputs within
 * +-2^23. Gap: the state is a window; prime it anew. After that the first and last ISO_PACER_REACH
 * samples are not judged.
 */

/* Samples on either side of a spike that its judgement reads: three that the spike may fill, twelve
 * of its surroundings. */
#define ISO_PACER_REACH 15
/* Samples on either side that are replaced. */
#define ISO_PACER_HALF_WIDTH 2
#define ISO_PACER_DELAY_SAMPLES (ISO_PACER_REACH + ISO_PACER_HALF_WIDTH + 1)
#define ISO_PACER_HISTORY 32 /* a power of two, at least 2 * ISO_PACER_REACH + 1 */
#define ISO_PACER_LEAST_MICROVOLT 400

typedef struct {
    int32_t history[ISO_INDEPENDENT_LEADS][ISO_PACER_HISTORY];
    uint32_t last_prominence[2]; /* of the two moments before the one that is judged */
    uint8_t newest;
    uint8_t judged_from; /* samples until the window holds nothing but what was pushed */
} iso_pacer;

/* Behaves as if this sample had been there for ever. */
void iso_pacer_prime(iso_pacer *pacer, const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
/*
 * Out: the values ISO_PACER_DELAY_SAMPLES ago without spikes. True when a spike was found; its
 * moment lies ISO_PACER_REACH samples before the one pushed.
 */
bool iso_pacer_push(iso_pacer *pacer, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                    int32_t out[ISO_INDEPENDENT_LEADS]);

#endif

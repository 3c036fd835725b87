#ifndef ISO_QRS_H
#define ISO_QRS_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_chain.h"

/*
 * Beat detector on chain output (100 Hz), after Pan and Tompkins (IEEE Trans Biomed Eng 32:230,
 * 1985) with the slopes of all eight leads summed, so that one poor lead is outvoted. Integers
 * only.
 *
 * A beat is reported after it happened: about 0.25 s later as a rule, up to 2 s later after a start
 * or a gap (the thresholds are learned first; those beats then come one for each push), or
 * after 1.66 mean RR when it was found by searching back. The chain's own 1.05 s come on top.
 * sample_index always names the moment of the R mark itself, and is a multiple of 5.
 */

#define ISO_QRS_HISTORY 64
#define ISO_QRS_QUEUE 16
#define ISO_QRS_RR_COUNT 8

typedef struct {
    uint32_t sample_index; /* of the R mark, 500 Hz axis */
    uint16_t rr_ms;        /* to the beat before; 0: first beat, or after a gap */
    /* Unrest between the beats, in percent of what a beat gives; see ISO_QRS_TRUSTED_NOISE_PERCENT.
     */
    uint8_t noise_percent;
} iso_beat;

/*
 * Quality gate: beats in more noise than this are guesses. On LUDB no clean beat reaches it, and
 * with noise added hardly any invented one stays below (`npm run bench -- signal`).
 */
#define ISO_QRS_TRUSTED_NOISE_PERCENT 35

/* A local maximum of the integrated slope: a beat, or a P, a T, noise. */
typedef struct {
    uint32_t mark;   /* R mark, in chain samples since the start or the last gap */
    uint32_t energy; /* integrated slope at the maximum; 0: no peak */
    /* Steepest and most bent moment inside: tell QRS from T. */
    uint32_t max_slope;
    uint32_t max_bend;
} iso_qrs_peak;

typedef struct {
    uint32_t origin_index;   /* sample_index of chain sample 0 of this run */
    uint32_t expected_index; /* of the next chain sample */
    uint32_t count;          /* chain samples since origin */

    int16_t previous[2][ISO_INDEPENDENT_LEADS]; /* the last two samples, by parity of count */
    uint8_t still[ISO_INDEPENDENT_LEADS];       /* chain samples without any change, saturated */
    uint32_t slope[ISO_QRS_HISTORY];            /* four rings, by chain sample */
    uint32_t bend[ISO_QRS_HISTORY];
    uint32_t magnitude[ISO_QRS_HISTORY];
    uint32_t energy[ISO_QRS_HISTORY];

    iso_qrs_peak queue[ISO_QRS_QUEUE]; /* not judged yet, oldest at head */
    uint8_t queue_head;
    uint8_t queue_length;

    iso_qrs_peak passed_over; /* largest peak rejected since the last beat */
    uint32_t signal_level;
    uint32_t noise_level;
    uint32_t background; /* running median of the slope, in 1/16 */
    bool learned;

    bool has_beat;
    uint32_t last_mark;
    uint32_t last_max_slope;
    uint32_t last_max_bend;
    uint16_t rr[ISO_QRS_RR_COUNT]; /* chain samples */
    uint8_t rr_next;
    uint8_t rr_count;
} iso_qrs;

void iso_qrs_init(iso_qrs *qrs);
/* True when *out holds a beat; at most one for each push. A jump in sample_index is taken as a gap.
 */
bool iso_qrs_push(iso_qrs *qrs, const iso_chain_sample *sample, iso_beat *out);
/* Forgets the samples held; the learned levels stay over a short gap (10 s) and are learned anew
 * after a longer one. */
void iso_qrs_gap(iso_qrs *qrs, uint32_t missing_samples);

#endif

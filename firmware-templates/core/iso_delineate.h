#ifndef ISO_DELINEATE_H
#define ISO_DELINEATE_H

#include "iso_delineate_network.h"
#include "iso_slopes.h"

/*
 * Where P, QRS and T begin and end, on each of the twelve leads and for the beat.
 *
 * Three small integer networks read the slopes of a lead about the beat, those of the mean of all
 * leads, and those of the median beat, which holds what noise hides in one beat: one network finds
 * the ends of QRS, one those of P, one the peak and end of T. Each gives, for every moment in its
 * reach, how likely the mark lies there; the mark is where the most likelihood lies within the
 * tolerance of the CSE working party (Eur Heart J 6:815, 1985), since that is how delineation is
 * judged. Their weights come from models/delineation on cardiologists' marks (LUDB, ODC-By 1.0).
 *
 * A wave that is not there (P in atrial fibrillation, a flat T) is absent, not invented. The beat's
 * own marks are the medians of the leads that show the wave; a wave that fewer than
 * ISO_DELINEATE_LEAST_LEADS show is absent.
 *
 * No state between beats: a gap concerns iso_beat_ring and iso_median_beat alone.
 */

#define ISO_MARK_ABSENT INT16_MIN
#define ISO_DELINEATE_LEAST_LEADS 4

/* Milliseconds are 2 times these: samples of 500 Hz from centre_index. */
typedef struct {
    uint32_t centre_index; /* middle of the QRS, 500 Hz axis */
    uint16_t rr_ms;
    int16_t lead[ISO_TWELVE_LEADS][ISO_MARKS];
    int16_t beat[ISO_MARKS];
} iso_delineation;

/* Work memory, nothing to keep. */
typedef struct {
    int16_t microvolt[ISO_DELINEATE_ALL][ISO_SEGMENT_SLOTS]; /* a lead of the beat, of the median */
    int8_t all[ISO_DELINEATE_NETWORKS][ISO_DELINEATE_MAX_WINDOW]; /* the same for every lead */
    int8_t input[ISO_DELINEATE_MAX_INPUTS];
    int8_t hidden[2][ISO_DELINEATE_MAX_HIDDEN];
    int16_t output[ISO_DELINEATE_MAX_OUTPUTS];
} iso_delineate_work;

/* median: the median beat when this beat is in it, the segment itself when not. */
void iso_delineate(iso_delineate_work *work, const iso_segment *segment, const iso_segment *median,
                   iso_delineation *out);

/*
 * The same lead by lead, for a caller that has samples to take meanwhile: begin, each of the twelve
 * leads once in any order, finish. Segments, work memory and *out stay untouched between.
 */
void iso_delineate_begin(iso_delineate_work *work, const iso_segment *segment,
                         iso_delineation *out);
void iso_delineate_lead(iso_delineate_work *work, const iso_segment *segment,
                        const iso_segment *median, unsigned lead, iso_delineation *out);
void iso_delineate_finish(iso_delineation *out);

#endif

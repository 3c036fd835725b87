#ifndef ISO_MEDIAN_BEAT_H
#define ISO_MEDIAN_BEAT_H

#include "iso_beat_ring.h"

/*
 * The recent beats of the prevailing shape as one beat, aligned at the middle of their QRS, 250 Hz,
 * int16 microvolt.
 *
 * A running estimate in the RAM of one beat: each beat moves each value by an eighth (less of the
 * past in the first eight beats) of its difference, and the difference counts up to twice the
 * lead's mean difference only. So an artefact pulls as little as it would pull a median, while
 * noise averages out. A true median of eight beats would need eight times the RAM.
 *
 * A beat whose QRS slopes correlate by less than 0.8 over all leads is of another shape (ectopic,
 * artefact) and leaves the estimate alone; the third such in a row begins a new one.
 *
 * Gap: what is kept is adaptive state and stays.
 */

#define ISO_MEDIAN_BEAT_MEMORY 8

typedef struct {
    iso_segment beat; /* centre_index and rr_ms are those of the newest beat in it */
    uint16_t spread_microvolt[ISO_INDEPENDENT_LEADS]; /* mean difference of a beat from it */
    uint8_t beats;                                    /* in it, at most ISO_MEDIAN_BEAT_MEMORY */
    uint8_t refused;                                  /* in a row */
} iso_median_beat;

void iso_median_beat_init(iso_median_beat *median);
/* False when the segment was of another shape and was left out. */
bool iso_median_beat_push(iso_median_beat *median, const iso_segment *segment);

#endif

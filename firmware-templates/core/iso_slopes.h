#ifndef ISO_SLOPES_H
#define ISO_SLOPES_H

#include "iso_beat_ring.h"

/*
 * What delineation reads of a beat: its slopes, on two scales, as logarithms. Slopes do not see the
 * baseline; logarithms let P and QRS be read by one network and make gain a shift.
 *
 * A code is sign(v) (log2(|v| + c) - log2(c)) in eighths of an octave, the logarithm linear between
 * powers of two; |code| <= 107.
 * Fine: difference of two means of 8 ms, 8 ms apart; c = 1 microvolt a millisecond.
 * Coarse: of two means of 20 ms, 24 ms apart, blind to 50 Hz mains; c = 0.27 microvolt a
 * millisecond.
 *
 * A slope reads ISO_SLOPE_REACH slots to either side: nearer to the ends of a segment there is
 * none.
 */

#define ISO_SLOPE_REACH 5

typedef enum { ISO_SLOPE_FINE = 0, ISO_SLOPE_COARSE = 1, ISO_SLOPES = 2 } iso_slope_scale;

/* At a slot of one lead. */
int8_t iso_slope_of_lead(const int16_t *slot, iso_slope_scale scale);
/* Of the mean of the eight leads' |slope|, at one slot. */
int8_t iso_slope_of_all(const iso_segment *segment, unsigned slot, iso_slope_scale scale);
/* One of the twelve leads, in the order of iso_leads.h, saturated to int16. */
void iso_slopes_lead(const iso_segment *segment, unsigned lead, int16_t out[ISO_SEGMENT_SLOTS]);

#endif

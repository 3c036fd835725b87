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
 * Slots at the ends of a segment, where a slope would read beyond it, have code 0.
 */

typedef enum { ISO_SLOPE_FINE = 0, ISO_SLOPE_COARSE = 1, ISO_SLOPES = 2 } iso_slope_scale;

void iso_slopes_of_lead(const int16_t microvolt[ISO_SEGMENT_SLOTS], iso_slope_scale scale,
                        int8_t code[ISO_SEGMENT_SLOTS]);
/* Of the mean of the eight leads' |slope|. */
void iso_slopes_of_all(const iso_segment *segment, iso_slope_scale scale,
                       int8_t code[ISO_SEGMENT_SLOTS]);
/* One of the twelve leads, in the order of iso_leads.h, saturated to int16. */
void iso_slopes_lead(const iso_segment *segment, unsigned lead, int16_t out[ISO_SEGMENT_SLOTS]);

#endif

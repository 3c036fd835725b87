#ifndef ISO_INTERVALS_H
#define ISO_INTERVALS_H

#include "iso_delineate.h"

/*
 * Heart rate, and the intervals of a delineated beat (of the median beat, for steady figures).
 *
 * PR runs from P onset to QRS onset, QRS from its onset to its end, QT from QRS onset to T end, by
 * the beat's own marks (iso_delineation.beat). What a missing mark leaves unknown is 0.
 * QTc by Fridericia (Acta Med Scand 53:469, 1920), QT / (RR / 1 s)^(1/3), and by Bazett (Heart
 * 7:353, 1920), QT / (RR / 1 s)^(1/2), with RR the mean of the recent ones. Bazett overcorrects at
 * high rates and is given because it is asked for.
 *
 * Gap: RR intervals are adaptive state and stay; iso_qrs gives none across a gap.
 */

#define ISO_INTERVALS_RR_COUNT 8

typedef struct {
    uint16_t heart_rate_per_min;
    uint16_t mean_rr_ms;
    uint16_t pr_ms;
    uint16_t qrs_ms;
    uint16_t qt_ms;
    uint16_t qtc_fridericia_ms;
    uint16_t qtc_bazett_ms;
} iso_interval_values;

typedef struct {
    uint16_t rr_ms[ISO_INTERVALS_RR_COUNT];
    uint8_t next;
    uint8_t count;
} iso_intervals;

void iso_intervals_init(iso_intervals *intervals);
/* RR of a beat, 0 when it is not known. */
void iso_intervals_push(iso_intervals *intervals, uint16_t rr_ms);
void iso_intervals_measure(const iso_intervals *intervals, const iso_delineation *delineation,
                           iso_interval_values *out);

#endif

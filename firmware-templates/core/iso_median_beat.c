#include "iso_median_beat.h"

#include <string.h>

/* 100 ms to either side of the middle hold any QRS. */
#define QRS_REACH 25
/* Correlation of 0.8, squared: 16 / 25. */
#define LIKE_NUMERATOR 16
#define LIKE_DENOMINATOR 25
#define REFUSED_IN_A_ROW 3
#define SPREADS_COUNTED 2

void iso_median_beat_init(iso_median_beat *median) {
    memset(median, 0, sizeof *median);
}

static bool is_alike(const iso_segment *a, const iso_segment *b) {
    int64_t aa = 0, ab = 0, bb = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        for (unsigned s = ISO_SEGMENT_BEFORE - QRS_REACH; s < ISO_SEGMENT_BEFORE + QRS_REACH; s++) {
            /* A quarter keeps the squares below inside 31 bits. */
            const int32_t of_a = (a->microvolt[lead][s + 1] - a->microvolt[lead][s - 1]) / 4;
            const int32_t of_b = (b->microvolt[lead][s + 1] - b->microvolt[lead][s - 1]) / 4;

            aa += of_a * of_a;
            ab += of_a * of_b;
            bb += of_b * of_b;
        }
    }
    /* Sums stay below 2^38; an eighth of their roots' scale keeps the products inside int64. */
    aa >>= 8;
    ab >>= 8;
    bb >>= 8;
    return ab > 0 && ab * ab * LIKE_DENOMINATOR >= aa * bb * LIKE_NUMERATOR;
}

static int32_t bounded(int32_t value, int32_t limit) {
    return value > limit ? limit : value < -limit ? -limit : value;
}

static int32_t rounded_quotient(int32_t value, int32_t by) {
    return (value < 0 ? value - by / 2 : value + by / 2) / by;
}

static void merge_lead(int16_t into[ISO_SEGMENT_SLOTS], const int16_t from[ISO_SEGMENT_SLOTS],
                       uint16_t *spread, int32_t weight) {
    int32_t offset = 0;
    uint32_t difference = 0;

    /* Baseline wander: beats are compared about their own mean. */
    for (unsigned s = 0; s < ISO_SEGMENT_SLOTS; s++) {
        offset += from[s] - into[s];
    }
    offset /= ISO_SEGMENT_SLOTS;
    for (unsigned s = 0; s < ISO_SEGMENT_SLOTS; s++) {
        const int32_t away = from[s] - offset - into[s];

        difference += (uint32_t)(away < 0 ? -away : away);
    }
    difference /= ISO_SEGMENT_SLOTS;
    if (difference > UINT16_MAX) {
        difference = UINT16_MAX;
    }
    /* The second beat sets the spread; later ones move it. */
    *spread = (uint16_t)(weight == 2
                             ? difference
                             : (uint32_t)(*spread +
                                          rounded_quotient((int32_t)difference - *spread, weight)));
    for (unsigned s = 0; s < ISO_SEGMENT_SLOTS; s++) {
        const int32_t limit = SPREADS_COUNTED * *spread + 1;
        const int32_t step = rounded_quotient(bounded(from[s] - offset - into[s], limit), weight);

        into[s] = (int16_t)bounded(into[s] + step, INT16_MAX);
    }
}

bool iso_median_beat_push(iso_median_beat *median, const iso_segment *segment) {
    if (median->beats > 0 && !is_alike(&median->beat, segment)) {
        if (++median->refused < REFUSED_IN_A_ROW) {
            return false;
        }
        median->beats = 0;
    }
    median->refused = 0;
    if (median->beats == 0) {
        median->beat = *segment;
        memset(median->spread_microvolt, 0, sizeof median->spread_microvolt);
        median->beats = 1;
        return true;
    }
    if (median->beats < ISO_MEDIAN_BEAT_MEMORY) {
        median->beats++;
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        merge_lead(median->beat.microvolt[lead], segment->microvolt[lead],
                   &median->spread_microvolt[lead], median->beats);
    }
    median->beat.centre_index = segment->centre_index;
    median->beat.rr_ms = segment->rr_ms;
    return true;
}

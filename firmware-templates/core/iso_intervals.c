#include "iso_intervals.h"

#include <string.h>

#define MILLISECONDS_PER_SAMPLE (1000 / ISO_SIGNAL_HZ)
#define MILLISECONDS_PER_MINUTE 60000
#define MILLISECONDS_PER_SECOND 1000

void iso_intervals_init(iso_intervals *intervals) {
    memset(intervals, 0, sizeof *intervals);
}

void iso_intervals_push(iso_intervals *intervals, uint16_t rr_ms) {
    if (rr_ms == 0) {
        return;
    }
    intervals->rr_ms[intervals->next] = rr_ms;
    intervals->next = (uint8_t)((intervals->next + 1U) % ISO_INTERVALS_RR_COUNT);
    if (intervals->count < ISO_INTERVALS_RR_COUNT) {
        intervals->count++;
    }
}

static uint16_t between(const int16_t marks[ISO_MARKS], unsigned from, unsigned to) {
    if (marks[from] == ISO_MARK_ABSENT || marks[to] == ISO_MARK_ABSENT ||
        marks[to] <= marks[from]) {
        return 0;
    }
    return (uint16_t)((marks[to] - marks[from]) * MILLISECONDS_PER_SAMPLE);
}

/* The root that is nearest to value's from below, by halving; value < 2^47. */
static uint16_t root(uint64_t value, unsigned degree) {
    uint32_t low = 0;
    uint32_t high = UINT16_MAX;

    while (low < high) {
        const uint64_t middle = (low + high + 1U) / 2;
        const uint64_t power = degree == 2 ? middle * middle : middle * middle * middle;

        if (power <= value) {
            low = (uint32_t)middle;
        } else {
            high = (uint32_t)middle - 1U;
        }
    }
    return (uint16_t)low;
}

void iso_intervals_measure(const iso_intervals *intervals, const iso_delineation *delineation,
                           iso_interval_values *out) {
    uint32_t sum = 0;

    memset(out, 0, sizeof *out);
    out->pr_ms = between(delineation->beat, ISO_MARK_P_ONSET, ISO_MARK_QRS_ONSET);
    out->qrs_ms = between(delineation->beat, ISO_MARK_QRS_ONSET, ISO_MARK_QRS_END);
    out->qt_ms = between(delineation->beat, ISO_MARK_QRS_ONSET, ISO_MARK_T_END);
    if (intervals->count == 0) {
        return;
    }
    for (unsigned i = 0; i < intervals->count; i++) {
        sum += intervals->rr_ms[i];
    }
    out->mean_rr_ms = (uint16_t)((sum + intervals->count / 2U) / intervals->count);
    out->heart_rate_per_min =
        (uint16_t)((MILLISECONDS_PER_MINUTE + out->mean_rr_ms / 2) / out->mean_rr_ms);
    {
        const uint64_t qt = out->qt_ms;

        out->qtc_fridericia_ms = root(qt * qt * qt * MILLISECONDS_PER_SECOND / out->mean_rr_ms, 3);
        out->qtc_bazett_ms = root(qt * qt * MILLISECONDS_PER_SECOND / out->mean_rr_ms, 2);
    }
}

/*
 * Beat ring, median beat, delineation and intervals behind the signal chain and the beat detector,
 * in rows.
 *
 * In:  0 sample_index microvolt[8]   push a sample
 *      1 missing                     announce a gap
 *      2                             delineate the median beat
 *      3                             print sizes
 * Out: 0 centre_index rr_ms alike median    a beat, or (median 1) the median beat, followed by
 *      1 lead marks[6]                      its marks on each lead, and as lead 12 its own
 *      2 0 heart_rate mean_rr pr qrs qt qtc_fridericia qtc_bazett
 *      3 slot microvolt[8]                  of the median beat, after its marks
 *      4 0 bytes of ring, segment, median beat, work, intervals
 */
#include <string.h>

#include "../iso_intervals.h"
#include "../iso_median_beat.h"
#include "rows.h"

static iso_chain chain;
static iso_qrs qrs;
static iso_beat_ring ring;
static iso_median_beat median;
static iso_intervals intervals;
static iso_segment segment;
static iso_delineate_work work;

static void print_marks(int32_t lead, const int16_t marks[ISO_MARKS]) {
    row out = {1, lead, {0}};

    for (unsigned mark = 0; mark < ISO_MARKS; mark++) {
        out.values[mark] = marks[mark];
    }
    print_row(&out);
}

static void print_beat(const iso_delineation *of, bool alike, bool is_median) {
    const row beat = {0, (int32_t)of->centre_index, {of->rr_ms, alike, is_median}};
    iso_interval_values values;
    row measured = {2, 0, {0}};

    print_row(&beat);
    for (int32_t lead = 0; lead < ISO_TWELVE_LEADS; lead++) {
        print_marks(lead, of->lead[lead]);
    }
    print_marks(ISO_TWELVE_LEADS, of->beat);
    iso_intervals_measure(&intervals, of, &values);
    measured.values[0] = values.heart_rate_per_min;
    measured.values[1] = values.mean_rr_ms;
    measured.values[2] = values.pr_ms;
    measured.values[3] = values.qrs_ms;
    measured.values[4] = values.qt_ms;
    measured.values[5] = values.qtc_fridericia_ms;
    measured.values[6] = values.qtc_bazett_ms;
    print_row(&measured);
}

static void print_median(void) {
    iso_delineation delineation;

    if (median.beats == 0) {
        return;
    }
    iso_delineate(&work, &median.beat, &median.beat, &delineation);
    print_beat(&delineation, true, true);
    for (int32_t s = 0; s < ISO_SEGMENT_SLOTS; s++) {
        row out = {3, s, {0}};

        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            out.values[lead] = median.beat.microvolt[lead][s];
        }
        print_row(&out);
    }
}

static void take(const row *in) {
    iso_signal_sample sample = {(uint32_t)in->first, {0}};
    iso_chain_sample chain_sample;
    iso_beat beat;

    memcpy(sample.microvolt, in->values, sizeof sample.microvolt);
    if (iso_chain_push(&chain, sample.sample_index, sample.microvolt, &chain_sample) &&
        iso_qrs_push(&qrs, &chain_sample, &beat)) {
        iso_beat_ring_expect(&ring, &beat);
        iso_intervals_push(&intervals, beat.rr_ms);
    }
    if (iso_beat_ring_push(&ring, &sample, &segment)) {
        const bool alike = iso_median_beat_push(&median, &segment);
        iso_delineation delineation;

        iso_delineate(&work, &segment, alike ? &median.beat : &segment, &delineation);
        print_beat(&delineation, alike, false);
    }
}

int main(void) {
    const row sizes = {
        4, 0, {sizeof ring, sizeof segment, sizeof median, sizeof work, sizeof intervals}};
    row in;

    iso_chain_init(&chain);
    iso_qrs_init(&qrs);
    iso_beat_ring_init(&ring);
    iso_median_beat_init(&median);
    iso_intervals_init(&intervals);
    while (read_row(&in)) {
        if (in.kind == 0) {
            take(&in);
        } else if (in.kind == 1) {
            iso_chain_gap(&chain, (uint32_t)in.first);
            iso_qrs_gap(&qrs, (uint32_t)in.first);
            iso_beat_ring_gap(&ring, (uint32_t)in.first);
        } else if (in.kind == 2) {
            print_median();
        } else {
            print_row(&sizes);
        }
    }
    return 0;
}

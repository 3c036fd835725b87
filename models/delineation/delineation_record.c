/*
 * One record through the device's own delineation, for training and its cross-validation. Linked
 * with firmware-templates/core into a shared library by device.py.
 */
#include <string.h>

#include "iso_delineate.h"
#include "iso_median_beat.h"

/* Longer than the chain, the detector and a segment hold a beat back. */
#define HOLD_SAMPLES 1500

typedef struct {
    int32_t centre;
    int32_t leads[ISO_TWELVE_LEADS][ISO_MARKS];
    int32_t beat[ISO_MARKS];
    int8_t codes[ISO_TWELVE_LEADS][ISO_DELINEATE_SOURCES][ISO_SLOPES][ISO_SEGMENT_SLOTS];
} record_beat;

int iso_delineation_record(const int32_t *microvolt, uint32_t samples, uint32_t first_index,
                           uint32_t capacity, record_beat *beats);

static void take(iso_delineate_work *work, const iso_segment *segment, const iso_segment *median,
                 record_beat *out) {
    const iso_slope_scale scales[ISO_SLOPES] = {ISO_SLOPE_FINE, ISO_SLOPE_COARSE};
    iso_delineation delineation;

    iso_delineate(work, segment, median, &delineation);
    for (unsigned mark = 0; mark < ISO_MARKS; mark++) {
        out->beat[mark] = delineation.beat[mark];
    }
    for (unsigned lead = 0; lead < ISO_TWELVE_LEADS; lead++) {
        for (unsigned mark = 0; mark < ISO_MARKS; mark++) {
            out->leads[lead][mark] = delineation.lead[lead][mark];
        }
        iso_slopes_lead(segment, lead, work->microvolt[ISO_DELINEATE_LEAD]);
        iso_slopes_lead(median, lead, work->microvolt[ISO_DELINEATE_MEDIAN]);
        for (unsigned s = 0; s < ISO_SLOPES; s++) {
            for (unsigned at = ISO_SLOPE_REACH; at < ISO_SEGMENT_SLOTS - ISO_SLOPE_REACH; at++) {
                for (unsigned source = 0; source < ISO_DELINEATE_ALL; source++) {
                    out->codes[lead][source][s][at] =
                        iso_slope_of_lead(&work->microvolt[source][at], scales[s]);
                }
                out->codes[lead][ISO_DELINEATE_ALL][s][at] =
                    iso_slope_of_all(segment, at, scales[s]);
            }
        }
    }
}

/*
 * microvolt: [samples][8] at 500 Hz, numbered from first_index on. After its end the record is held
 * at its last value until its last beat is out. Returns the number of beats; centres are counted
 * from the record's start.
 */
int iso_delineation_record(const int32_t *microvolt, uint32_t samples, uint32_t first_index,
                           uint32_t capacity, record_beat *beats) {
    static iso_chain chain;
    static iso_qrs qrs;
    static iso_beat_ring ring;
    static iso_median_beat median;
    static iso_segment segment;
    static iso_delineate_work work;
    uint32_t count = 0;

    iso_chain_init(&chain);
    iso_qrs_init(&qrs);
    iso_beat_ring_init(&ring);
    iso_median_beat_init(&median);
    for (uint32_t i = 0; i < samples + HOLD_SAMPLES && count < capacity; i++) {
        const int32_t *row = &microvolt[(i < samples ? i : samples - 1) * ISO_INDEPENDENT_LEADS];
        iso_signal_sample sample = {first_index + i, {0}};
        iso_chain_sample out;
        iso_beat beat;

        memcpy(sample.microvolt, row, sizeof sample.microvolt);
        if (iso_chain_push(&chain, sample.sample_index, row, &out) &&
            iso_qrs_push(&qrs, &out, &beat)) {
            iso_beat_ring_expect(&ring, &beat);
        }
        if (iso_beat_ring_push(&ring, &sample, &segment)) {
            const bool alike = iso_median_beat_push(&median, &segment);

            beats[count].centre = (int32_t)(segment.centre_index - first_index);
            take(&work, &segment, alike ? &median.beat : &segment, &beats[count]);
            count++;
        }
    }
    return (int)count;
}

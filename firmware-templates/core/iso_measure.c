#include "iso_measure.h"

#include <stddef.h>
#include <string.h>

void iso_measure_init(iso_measure *measure, int32_t rail_microvolt) {
    iso_conditioner_init(&measure->conditioner, rail_microvolt, NULL);
    iso_beat_ring_init(&measure->ring);
    iso_median_beat_init(&measure->median);
    iso_intervals_init(&measure->intervals);
    measure->next_lead = 0;
    measure->delineating = false;
}

void iso_measure_beat(iso_measure *measure, const iso_beat *beat) {
    if (beat->noise_percent > ISO_QRS_TRUSTED_NOISE_PERCENT) {
        return;
    }
    iso_intervals_push(&measure->intervals, beat->rr_ms);
    iso_beat_ring_expect(&measure->ring, beat);
}

bool iso_measure_push(iso_measure *measure, uint32_t sample_index,
                      const int32_t microvolt[ISO_INDEPENDENT_LEADS], uint32_t *spike_index) {
    iso_signal_sample sample;

    /* The segment of a beat of another shape is left out and the median beat stays as it is. */
    if (iso_conditioner_push(&measure->conditioner, sample_index, microvolt, &sample) &&
        iso_beat_ring_push(&measure->ring, &sample, &measure->segment) &&
        iso_median_beat_push(&measure->median, &measure->segment)) {
        iso_delineate_begin(&measure->work, &measure->median.beat, &measure->delineation);
        measure->next_lead = 0;
        measure->delineating = true;
    }
    return iso_conditioner_spike(&measure->conditioner, spike_index);
}

bool iso_measure_is_due(const iso_measure *measure) {
    return measure->delineating;
}

bool iso_measure_step(iso_measure *measure, iso_measurement *out) {
    const iso_segment *beat = &measure->median.beat;

    if (!measure->delineating) {
        return false;
    }
    iso_delineate_lead(&measure->work, beat, beat, measure->next_lead, &measure->delineation);
    measure->next_lead++;
    if (measure->next_lead < ISO_TWELVE_LEADS) {
        return false;
    }
    measure->delineating = false;
    iso_delineate_finish(&measure->delineation);
    out->centre_index = measure->delineation.centre_index;
    out->beats = measure->median.beats;
    memcpy(out->marks, measure->delineation.beat, sizeof out->marks);
    iso_intervals_measure(&measure->intervals, &measure->delineation, &out->intervals);
    return true;
}

void iso_measure_gap(iso_measure *measure, uint32_t missing_samples) {
    iso_conditioner_gap(&measure->conditioner, missing_samples);
    iso_beat_ring_gap(&measure->ring, missing_samples);
}

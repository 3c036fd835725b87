#include "iso_measure.h"

#include <stddef.h>
#include <string.h>

void iso_measure_init(iso_measure *measure, int32_t rail_microvolt) {
    iso_conditioner_init(&measure->conditioner, rail_microvolt, NULL);
    iso_chain_init(&measure->chain);
    iso_qrs_init(&measure->qrs);
    iso_beat_ring_init(&measure->ring);
    iso_median_beat_init(&measure->median);
    iso_intervals_init(&measure->intervals);
    measure->next_lead = 0;
    measure->delineating = false;
}

/* True when *beat was found. */
static bool find_beat(iso_measure *measure, const iso_signal_sample *sample, iso_beat *beat) {
    iso_chain_sample chained;

    if (!iso_chain_push(&measure->chain, sample->sample_index, sample->microvolt, &chained) ||
        !iso_qrs_push(&measure->qrs, &chained, beat)) {
        return false;
    }
    if (beat->noise_percent <= ISO_QRS_TRUSTED_NOISE_PERCENT) {
        iso_intervals_push(&measure->intervals, beat->rr_ms);
        iso_beat_ring_expect(&measure->ring, beat);
    }
    return true;
}

void iso_measure_push(iso_measure *measure, uint32_t sample_index,
                      const int32_t microvolt[ISO_INDEPENDENT_LEADS], iso_measure_found *out) {
    iso_signal_sample sample;
    const bool conditioned =
        iso_conditioner_push(&measure->conditioner, sample_index, microvolt, &sample);

    out->has_spike = iso_conditioner_spike(&measure->conditioner, &out->spike_index);
    out->has_beat = conditioned && find_beat(measure, &sample, &out->beat);
    /* The segment of a beat of another shape is left out and the median beat stays as it is. */
    if (conditioned && iso_beat_ring_push(&measure->ring, &sample, &measure->segment) &&
        iso_median_beat_push(&measure->median, &measure->segment)) {
        iso_delineate_begin(&measure->work, &measure->median.beat, &measure->delineation);
        measure->next_lead = 0;
        measure->delineating = true;
    }
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
    iso_chain_gap(&measure->chain, missing_samples);
    iso_qrs_gap(&measure->qrs, missing_samples);
    iso_beat_ring_gap(&measure->ring, missing_samples);
}

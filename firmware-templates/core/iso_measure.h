#ifndef ISO_MEASURE_H
#define ISO_MEASURE_H

#include "iso_conditioner.h"
#include "iso_intervals.h"
#include "iso_median_beat.h"

/*
 * What is measured on the signal at its full rate: from raw samples to beats, the median beat, its
 * fiducials and its intervals; and what the conditioner (diagnostic band) finds on the way,
 * pacemaker spikes and mains.
 *
 * Beats are found on a chain of their own behind the conditioner: a pacemaker's spike, low-passed
 * by the chain that feeds the network, would look like a QRS.
 *
 * Delineation takes far longer than a sample lasts. So it runs in steps, a lead each, between which
 * the caller takes samples; a beat that arrives before the last one is measured takes its place.
 *
 * Delay: that of conditioner, chain and iso_qrs to name a beat, 1.4 s as a rule; twelve steps more
 * to measure it. RAM: 46 KB, of which the beat ring has 16 and the chain 11.
 *
 * Gap: that of each stage. Segments across it are not cut out; median beat and RR stay.
 */

typedef struct {
    uint32_t centre_index;    /* middle of the QRS, 500 Hz axis */
    uint8_t beats;            /* in the median beat */
    int16_t marks[ISO_MARKS]; /* 500 Hz samples from centre_index, or ISO_MARK_ABSENT */
    iso_interval_values intervals;
} iso_measurement;

typedef struct {
    iso_conditioner conditioner;
    iso_chain chain;
    iso_qrs qrs;
    iso_beat_ring ring;
    iso_segment segment; /* that was cut out last */
    iso_median_beat median;
    iso_intervals intervals;
    iso_delineate_work work;
    iso_delineation delineation; /* of the median beat */
    uint8_t next_lead;           /* that is to be delineated */
    bool delineating;
} iso_measure;

/* What one sample has brought to light. */
typedef struct {
    bool has_spike;
    bool has_beat;
    uint32_t spike_index;
    iso_beat beat; /* in too much noise (ISO_QRS_TRUSTED_NOISE_PERCENT) it is not measured */
} iso_measure_found;

void iso_measure_init(iso_measure *measure, int32_t rail_microvolt);
/* A raw sample. */
void iso_measure_push(iso_measure *measure, uint32_t sample_index,
                      const int32_t microvolt[ISO_INDEPENDENT_LEADS], iso_measure_found *out);
/* Whether a step would do something. */
bool iso_measure_is_due(const iso_measure *measure);
/* A part of the work that is due; true when it was the last and *out holds what was measured. */
bool iso_measure_step(iso_measure *measure, iso_measurement *out);
void iso_measure_gap(iso_measure *measure, uint32_t missing_samples);

#endif

#include "iso_app.h"

#include <string.h>

#if ISO_BOARD_MEASURES_BEATS

/* As often as answers come: 2.5 KB that only a picture needs. */
#define MEDIAN_EVERY_SAMPLES 1250u
/* 125 Hz draws a QRS; the marks beside it keep the full rate. */
#define SLOTS_TOGETHER 2u
#define MEDIAN_HZ (ISO_SIGNAL_HZ / ISO_SLOT_SAMPLES / (int)SLOTS_TOGETHER)

static void send(iso_app *app, uint8_t type, size_t bytes) {
    (void)iso_app_send(app, type, bytes, iso_app_stream_urgency());
}

void iso_app_measure_init(iso_app *app) {
    iso_measure_init(&app->monitor.measure, iso_afe_rail_microvolt());
}

bool iso_app_measure_sample(iso_app *app, uint32_t sample_index, const int32_t *microvolt,
                            iso_beat *beat) {
    iso_measure_found found;
    iso_measure_push(&app->monitor.measure, sample_index, microvolt, &found);
    if (found.has_spike) {
        const iso_wire_pacer_spike spike = {.sample_index = found.spike_index};
        send(app, ISO_WIRE_PACER_SPIKE,
             iso_wire_encode_pacer_spike(&spike, app->link.payload, sizeof app->link.payload));
    }
    *beat = found.beat;
    return found.has_beat;
}

bool iso_app_measure_chain_sample(iso_app *app, const iso_chain_sample *sample, iso_beat *beat) {
    (void)app;
    (void)sample;
    (void)beat;
    return false;
}

void iso_app_measure_gap(iso_app *app, uint32_t missing_samples) {
    iso_measure_gap(&app->monitor.measure, missing_samples);
}

static void send_median_lead(iso_app *app, uint32_t sample_index, uint8_t lead) {
    static iso_wire_median_lead message; /* 300 bytes that need not be on the stack */
    const int16_t *slots = app->monitor.measure.median.beat.microvolt[lead];
    message.sample_index = sample_index;
    message.lead_index = lead;
    message.rate_hz = MEDIAN_HZ;
    message.centre_index = ISO_SEGMENT_BEFORE / SLOTS_TOGETHER;
    message.sample_count = ISO_SEGMENT_SLOTS / SLOTS_TOGETHER;
    for (unsigned i = 0; i < message.sample_count; i += 1u) {
        const int32_t sum = slots[SLOTS_TOGETHER * i] + slots[SLOTS_TOGETHER * i + 1u];
        message.microvolt[i] = (int16_t)(sum >> 1);
    }
    send(app, ISO_WIRE_MEDIAN_LEAD,
         iso_wire_encode_median_lead(&message, app->link.payload, sizeof app->link.payload));
}

static void send_median(iso_app *app, uint32_t sample_index) {
    iso_app_monitor *monitor = &app->monitor;
    if (!app->settings.median_beats) {
        return;
    }
    if (monitor->median_sent && sample_index - monitor->median_index < MEDIAN_EVERY_SAMPLES) {
        return;
    }
    for (uint8_t lead = 0; lead < ISO_INDEPENDENT_LEADS; lead = (uint8_t)(lead + 1u)) {
        send_median_lead(app, sample_index, lead);
    }
    monitor->median_sent = true;
    monitor->median_index = sample_index;
}

static void send_measurement(iso_app *app, const iso_measurement *measured) {
    const iso_interval_values *intervals = &measured->intervals;
    const iso_wire_beat_measurement message = {
        .sample_index = measured->centre_index,
        .beat_count = measured->beats,
        .p_onset = measured->marks[ISO_MARK_P_ONSET],
        .p_end = measured->marks[ISO_MARK_P_END],
        .qrs_onset = measured->marks[ISO_MARK_QRS_ONSET],
        .qrs_end = measured->marks[ISO_MARK_QRS_END],
        .t_peak = measured->marks[ISO_MARK_T_PEAK],
        .t_end = measured->marks[ISO_MARK_T_END],
        .heart_rate_per_min = intervals->heart_rate_per_min,
        .mean_rr_ms = intervals->mean_rr_ms,
        .pr_ms = intervals->pr_ms,
        .qrs_ms = intervals->qrs_ms,
        .qt_ms = intervals->qt_ms,
        .qtc_fridericia_ms = intervals->qtc_fridericia_ms,
        .qtc_bazett_ms = intervals->qtc_bazett_ms,
    };
    send(app, ISO_WIRE_BEAT_MEASUREMENT,
         iso_wire_encode_beat_measurement(&message, app->link.payload, sizeof app->link.payload));
}

bool iso_app_measure_step(iso_app *app) {
    iso_measure *measure = &app->monitor.measure;
    if (!iso_measure_is_due(measure)) {
        return false;
    }
    iso_measurement measured;
    if (iso_measure_step(measure, &measured)) {
        send_measurement(app, &measured);
        send_median(app, measured.centre_index);
    }
    return true;
}

uint8_t iso_app_mains(const iso_app *app, uint32_t *millihertz) {
    static const uint8_t states[] = {
        [ISO_MAINS_NONE] = ISO_WIRE_MAINS_NONE,
        [ISO_MAINS_50_HZ] = ISO_WIRE_MAINS_HZ_50,
        [ISO_MAINS_60_HZ] = ISO_WIRE_MAINS_HZ_60,
    };
    const iso_mains *mains = &app->monitor.measure.conditioner.mains;
    *millihertz = iso_mains_millihertz(mains);
    return states[iso_mains_state(mains)];
}

#else

void iso_app_measure_init(iso_app *app) {
    iso_qrs_init(&app->monitor.qrs);
}

bool iso_app_measure_sample(iso_app *app, uint32_t sample_index, const int32_t *microvolt,
                            iso_beat *beat) {
    (void)app;
    (void)sample_index;
    (void)microvolt;
    (void)beat;
    return false;
}

bool iso_app_measure_chain_sample(iso_app *app, const iso_chain_sample *sample, iso_beat *beat) {
    return iso_qrs_push(&app->monitor.qrs, sample, beat);
}

void iso_app_measure_gap(iso_app *app, uint32_t missing_samples) {
    iso_qrs_gap(&app->monitor.qrs, missing_samples);
}

bool iso_app_measure_step(iso_app *app) {
    (void)app;
    return false;
}

uint8_t iso_app_mains(const iso_app *app, uint32_t *millihertz) {
    (void)app;
    *millihertz = 0u;
    return ISO_WIRE_MAINS_NOT_WATCHED;
}

#endif

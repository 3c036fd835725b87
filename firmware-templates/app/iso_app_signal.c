#include "iso_app.h"
#include "iso_hal.h"

#include <string.h>

#define WINDOW_SECONDS (ISO_WINDOW_SAMPLES / ISO_CHAIN_OUTPUT_HZ)

void iso_app_signal_init(iso_app *app) {
    iso_chain_init(&app->chain);
    iso_window_init(&app->window);
    iso_afe_init();
    iso_app_watch_init(app);
    iso_app_measure_init(app);
}

void iso_app_flush_samples(iso_app *app) {
    iso_wire_samples *frame = &app->samples.frame;
    if (frame->sample_count == 0u) {
        return;
    }
    frame->samples_dropped = app->samples.dropped;
    const size_t bytes =
        iso_wire_encode_samples(frame, app->link.payload, sizeof app->link.payload);
    if (!iso_app_send(app, ISO_WIRE_SAMPLES, bytes, iso_app_stream_urgency())) {
        app->samples.dropped += frame->sample_count;
    }
    frame->sample_count = 0u;
}

/* Microvolt beyond int16 (32 mV, no ECG) are cut off on the wire, not wrapped. */
static int16_t wire_microvolt(int32_t microvolt) {
    if (microvolt > INT16_MAX) {
        return INT16_MAX;
    }
    return microvolt < INT16_MIN ? INT16_MIN : (int16_t)microvolt;
}

static void echo(iso_app *app, const iso_afe_event *event) {
    iso_wire_samples *frame = &app->samples.frame;
    if (frame->sample_count == 0u) {
        frame->first_sample_index = event->sample_index;
        frame->device_tick = event->device_tick;
    }
    int16_t *out = &frame->microvolt[(size_t)frame->sample_count * ISO_INDEPENDENT_LEADS];
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead += 1u) {
        out[lead] = wire_microvolt(event->microvolt[lead]);
    }
    frame->sample_count = (uint8_t)(frame->sample_count + 1u);
    if (frame->sample_count >= app->settings.samples_per_frame) {
        iso_app_flush_samples(app);
    }
}

static void take_beat(iso_app *app, const iso_beat *beat) {
    app->beats.ring[app->beats.count % ISO_APP_BEATS] = beat->sample_index;
    app->beats.count += 1u;
    const iso_wire_beat message = {.sample_index = beat->sample_index,
                                   .rr_ms = beat->rr_ms,
                                   .noise_percent = beat->noise_percent};
    const size_t bytes =
        iso_wire_encode_beat(&message, app->link.payload, sizeof app->link.payload);
    (void)iso_app_send(app, ISO_WIRE_BEAT, bytes, iso_app_stream_urgency());
}

static void filter(iso_app *app, uint32_t sample_index, const int32_t *microvolt) {
    iso_chain_sample sample;
    iso_beat beat;
    if (iso_app_measure_sample(app, sample_index, microvolt, &beat)) {
        take_beat(app, &beat);
    }
    if (!iso_chain_push(&app->chain, sample_index, microvolt, &sample)) {
        return;
    }
    iso_window_push(&app->window, &sample);
    app->new_chain_samples += 1u;
    if (iso_app_measure_chain_sample(app, &sample, &beat)) {
        take_beat(app, &beat);
    }
}

static void analyse(iso_app *app, uint32_t sample_index, const int32_t *microvolt) {
    const uint32_t before = iso_hal_ticks();
    filter(app, sample_index, microvolt);
    iso_app_note_inner(app, ISO_WIRE_DUTY_FILTER, iso_hal_ticks() - before);
}

/* For everything that makes something of samples. */
static void skip(iso_app *app, uint32_t missing_samples) {
    iso_chain_gap(&app->chain, missing_samples);
    iso_window_gap(&app->window);
    iso_app_watch_gap(app, missing_samples);
    iso_app_measure_gap(app, missing_samples);
}

static void gap(iso_app *app, const iso_afe_event *event) {
    iso_app_flush_samples(app);
    app->samples.dropped += event->missing_samples;
    skip(app, event->missing_samples);
}

/* No patient: beats, results and electrodes of it would be taken for one's. The first sample ends
 * what was known, the others are one gap in front of the next patient's. */
static void pass_over(iso_app *app) {
    if (app->samples.test_signal) {
        app->samples.unseen += 1u;
        return;
    }
    app->samples.test_signal = true;
    iso_app_log(app, ISO_WIRE_LOG_LEVEL_WARNING, "front end: test signal, not a patient");
    skip(app, 1u);
    iso_app_send_signal_state(app);
}

static void look_again(iso_app *app) {
    if (app->samples.test_signal) {
        app->samples.test_signal = false;
        skip(app, app->samples.unseen);
        app->samples.unseen = 0u;
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_INFO, "front end: electrodes again");
        iso_app_send_signal_state(app);
    }
}

void iso_app_set_test_signal(iso_app *app, const iso_wire_set_test_signal *request) {
    iso_afe_test_signal shape;
    iso_wire_test_signal message = {.request_id = request->request_id,
                                    .outcome = ISO_WIRE_COMMAND_OUTCOME_NOT_BUILT_IN};
    if (iso_afe_show_test_signal(request->on != 0u, &shape)) {
        message.outcome = ISO_WIRE_COMMAND_OUTCOME_DONE;
        message.peak_to_peak_microvolt = shape.peak_to_peak_microvolt;
        message.period_samples = shape.period_samples;
    }
    const size_t bytes =
        iso_wire_encode_test_signal(&message, app->link.payload, sizeof app->link.payload);
    (void)iso_app_send(app, ISO_WIRE_TEST_SIGNAL, bytes, ISO_APP_WAIT);
}

static void log_no_answer(iso_app *app, uint32_t sample_count) {
    if (!iso_app_is_sound(app)) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_ERROR, "no result: the self-test failed");
    } else if (sample_count < ISO_CHAIN_INPUT_HZ * WINDOW_SECONDS) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_WARNING,
                    "record too short: a result needs 10 s of gapless signal");
    } else {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_WARNING,
                    "no result: gaps left no 10 s of gapless signal");
    }
}

/*
 * The filters' last second is brought out by holding the last sample, as training does
 * (models/chain_record.c) and as the chain does at its start: a record of 10 s is one window.
 * Electrodes and readability are not judged by what is held.
 */
static void end_record(iso_app *app, uint32_t sample_count, const int32_t *last_microvolt) {
    iso_app_flush_samples(app);
    iso_app_explain_finish(app);
    for (uint32_t i = 0; i < ISO_CHAIN_DELAY_SAMPLES && sample_count > 0u; i += 1u) {
        analyse(app, sample_count + i, last_microvolt);
        if (iso_app_answer_due(app)) {
            iso_app_answer_now(app);
            iso_app_explain_finish(app);
        }
        while (iso_app_measure_step(app)) {
        }
    }
    if (iso_app_is_sound(app) && iso_window_full(&app->window) && app->new_chain_samples > 0u) {
        iso_app_answer_now(app);
        iso_app_explain_finish(app);
    }
    if (!app->answer.any) {
        log_no_answer(app, sample_count);
    }
    iso_app_send_signal_state(app);
    iso_app_send_status(app);
    const iso_wire_end end = {.sample_count = sample_count};
    const size_t bytes = iso_wire_encode_end(&end, app->link.payload, sizeof app->link.payload);
    (void)iso_app_send(app, ISO_WIRE_END, bytes, ISO_APP_WAIT);
}

bool iso_app_signal_step(iso_app *app) {
    static int32_t last_microvolt[ISO_INDEPENDENT_LEADS];
    iso_afe_event event;
    const iso_afe_event_kind kind = iso_afe_poll(&event);
    const char *complaint = iso_afe_take_complaint();
    if (complaint != NULL) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_ERROR, complaint);
    }
    switch (kind) {
    case ISO_AFE_SAMPLE:
        memcpy(last_microvolt, event.microvolt, sizeof last_microvolt);
        echo(app, &event);
        if (event.test_signal) {
            pass_over(app);
            return true;
        }
        look_again(app);
        iso_app_watch_sample(app, &event);
        analyse(app, event.sample_index, event.microvolt);
        return true;
    case ISO_AFE_GAP:
        gap(app, &event);
        return true;
    case ISO_AFE_END:
        end_record(app, event.sample_index, last_microvolt);
        return true;
    default:
        return false;
    }
}

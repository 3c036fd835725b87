#include "iso_app.h"
#include "iso_familiarity.h"

#include <string.h>

/* The wire's contacts are the core's, and its reversals are the core's after two of its own. */
#if ISO_WIRE_REVERSAL_RA_LA != 2u || ISO_WIRE_CONTACT_OFF != 2u
#error "the enumerations of the wire and of the core have come apart"
#endif

void iso_app_watch_init(iso_app *app) {
    iso_watch_init(&app->monitor.watch, iso_afe_rail_microvolt());
}

void iso_app_watch_sample(iso_app *app, const iso_afe_event *event) {
    iso_app_monitor *monitor = &app->monitor;
    uint32_t millihertz;
    monitor->newest_index = event->sample_index;
    const bool changed =
        iso_watch_push(&monitor->watch, event->sample_index, event->contact, event->microvolt);
    if (changed || iso_app_mains(app, &millihertz) != monitor->told_mains) {
        iso_app_send_signal_state(app);
    }
}

void iso_app_watch_gap(iso_app *app, uint32_t missing_samples) {
    iso_watch_gap(&app->monitor.watch, missing_samples);
}

/* What the watch has against the window, or SENT. */
static uint8_t doubt_state(const iso_app *app) {
    static const uint8_t states[] = {
        [ISO_DOUBT_NONE] = ISO_WIRE_EXPLANATION_STATE_SENT,
        [ISO_DOUBT_LEAD_OFF] = ISO_WIRE_EXPLANATION_STATE_LEAD_OFF,
        [ISO_DOUBT_POOR_SIGNAL] = ISO_WIRE_EXPLANATION_STATE_POOR_SIGNAL,
    };
    const iso_wire_result *result = &app->answer.result;
    return states[iso_watch_doubt(&app->monitor.watch, result->window_first_sample_index,
                                  result->window_first_sample_index + result->window_sample_count -
                                      1u)];
}

#if ISO_NET_FAMILIARITY_DIRECTIONS > 0
static const iso_familiarity trained = {
    .mean = iso_net_familiarity_mean,
    .gain = iso_net_familiarity_gain,
    .directions = iso_net_familiarity_directions,
    .forgiven = iso_net_familiarity_forgiven,
    .direction_count = ISO_NET_FAMILIARITY_DIRECTIONS,
    .limit = ISO_NET_FAMILIARITY_LIMIT,
    .middle = ISO_NET_FAMILIARITY_MIDDLE,
    .half_width = ISO_NET_FAMILIARITY_HALF_WIDTH,
};
#endif

/* SENT, or UNFAMILIAR. features: NULL where a lead has no signal. */
static uint8_t compare_with_training(iso_app *app, const int32_t *features) {
#if ISO_NET_FAMILIARITY_DIRECTIONS > 0
    const uint32_t found = features == NULL
                               ? ISO_UNFAMILIARITY_MOST
                               : iso_unfamiliarity(&trained, iso_window_samples(&app->window),
                                                   ISO_WINDOW_SAMPLES, features);
    app->answer.result.unfamiliarity = (float)found / (float)ISO_UNFAMILIARITY_ONE;
    return found > ISO_UNFAMILIARITY_ONE ? ISO_WIRE_EXPLANATION_STATE_UNFAMILIAR
                                         : ISO_WIRE_EXPLANATION_STATE_SENT;
#else
    (void)app;
    (void)features;
    return ISO_WIRE_EXPLANATION_STATE_SENT;
#endif
}

uint8_t iso_app_watch_window(iso_app *app) {
    iso_app_monitor *monitor = &app->monitor;
    uint8_t state = doubt_state(app);
    int32_t features[ISO_REVERSAL_FEATURES];
    const iso_reversal_result before = monitor->reversal;
    const bool was_judged = monitor->reversal_judged;
    /* A lead without a signal looks like any exchange. */
    monitor->reversal_judged =
        state == ISO_WIRE_EXPLANATION_STATE_SENT &&
        iso_reversal_features(iso_window_samples(&app->window), ISO_WINDOW_SAMPLES, features);
    if (monitor->reversal_judged) {
        iso_reversal_judge(features, &monitor->reversal);
    }
    if (state == ISO_WIRE_EXPLANATION_STATE_SENT) {
        state = compare_with_training(app, monitor->reversal_judged ? features : NULL);
    }
    if (monitor->reversal_judged != was_judged || monitor->reversal.limb != before.limb ||
        monitor->reversal.chest != before.chest) {
        iso_app_send_signal_state(app);
    }
    return state;
}

static uint8_t reversal_on_wire(const iso_app *app, iso_reversal reversal) {
    if (!app->monitor.reversal_judged) {
        return ISO_WIRE_REVERSAL_NOT_JUDGED;
    }
    return reversal == ISO_REVERSAL_NONE ? ISO_WIRE_REVERSAL_NONE
                                         : (uint8_t)(reversal + ISO_WIRE_REVERSAL_RA_LA);
}

void iso_app_send_signal_state(iso_app *app) {
    iso_app_monitor *monitor = &app->monitor;
    const iso_lead_off *lead_off = &monitor->watch.lead_off;
    iso_wire_signal_state message = {
        .sample_index = monitor->newest_index,
        .stages = ISO_BOARD_MEASURES_BEATS ? ISO_WIRE_SIGNAL_STAGES_MEASURE
                                           : ISO_WIRE_SIGNAL_STAGES_WATCH,
        .source = app->samples.test_signal ? ISO_WIRE_SIGNAL_SOURCE_TEST_SIGNAL
                                           : ISO_WIRE_SIGNAL_SOURCE_ELECTRODES,
        .contact_ra = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_RA),
        .contact_la = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_LA),
        .contact_ll = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_LL),
        .contact_v1 = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_V1),
        .contact_v2 = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_V2),
        .contact_v3 = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_V3),
        .contact_v4 = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_V4),
        .contact_v5 = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_V5),
        .contact_v6 = (uint8_t)iso_lead_off_contact(lead_off, ISO_ELECTRODE_V6),
        .quality = !iso_quality_known(&monitor->watch.quality) ? ISO_WIRE_QUALITY_UNKNOWN
                   : iso_watch_is_poor(&monitor->watch)        ? ISO_WIRE_QUALITY_POOR
                                                               : ISO_WIRE_QUALITY_READABLE,
        .limb_reversal = reversal_on_wire(app, monitor->reversal.limb),
        .chest_reversal = reversal_on_wire(app, monitor->reversal.chest),
    };
    message.mains = iso_app_mains(app, &message.mains_millihertz);
    monitor->told_mains = message.mains;
    memcpy(message.lead_reasons, monitor->watch.reasons, sizeof message.lead_reasons);
    (void)iso_app_send(
        app, ISO_WIRE_SIGNAL_STATE,
        iso_wire_encode_signal_state(&message, app->link.payload, sizeof app->link.payload),
        iso_app_stream_urgency());
}

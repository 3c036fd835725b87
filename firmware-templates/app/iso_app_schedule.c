#include "iso_app.h"
#include "iso_hal.h"

/*
 * Cooperative: each duty takes its turn and gives the processor back. What must not wait for a turn
 * is done by interrupts into rings. The watchdog is fed here and nowhere else: when every duty has
 * had its turn, and for a turn that takes long each time that it says it goes on.
 */

/* Far above the longest layer of a network and the longest wait for a slow host (1.5 s), far below
 * what somebody at a bedside would wait. */
#define WATCHDOG_MS 4000u
/* Layers of the longest answer, the passes of an averaged or occluding explanation included, are
 * some hundreds to a thousand: what says more often that it goes on does not end. */
#define PROGRESS_LIMIT 4096u

static uint32_t progress_left = PROGRESS_LIMIT;

void iso_app_schedule_init(void) {
    iso_hal_watchdog_start(WATCHDOG_MS);
}

void iso_app_progress(void) {
    if (progress_left > 0u) {
        progress_left -= 1u;
        iso_hal_watchdog_feed();
    }
}

static bool link_turn(iso_app *app) {
    iso_app_time_step(app);
    return iso_app_receive(app);
}

static bool acquire_turn(iso_app *app) {
    return !app->stopped && iso_app_signal_step(app);
}

static bool network_turn(iso_app *app) {
    if (!iso_app_answer_due(app)) {
        return false;
    }
    iso_app_answer_now(app);
    return true;
}

static bool health_turn(iso_app *app) {
    iso_app_health_step(app);
    return false;
}

/* A duty without a function has its turn within another's. */
static bool (*const turns[ISO_APP_DUTIES])(iso_app *app) = {
    [ISO_WIRE_DUTY_LINK] = link_turn,
    [ISO_WIRE_DUTY_ACQUIRE] = acquire_turn,
    [ISO_WIRE_DUTY_BEAT] = iso_app_measure_step,
    [ISO_WIRE_DUTY_NETWORK] = network_turn,
    [ISO_WIRE_DUTY_EXPLANATION] = iso_app_explain_step,
    [ISO_WIRE_DUTY_REPORT] = iso_app_report_step,
    [ISO_WIRE_DUTY_HEALTH] = health_turn,
    [ISO_WIRE_DUTY_LONG_OBJECT] = iso_app_bulk_step,
    [ISO_WIRE_DUTY_UPDATE] = iso_app_update_step,
};

static void note(uint32_t *worst_ticks, uint32_t ticks) {
    if (ticks > *worst_ticks) {
        *worst_ticks = ticks;
    }
}

void iso_app_note_inner(iso_app *app, uint8_t duty, uint32_t ticks) {
    note(&app->schedule.duty_worst_ticks[duty], ticks);
    app->schedule.inner_ticks += ticks;
}

bool iso_app_round(iso_app *app) {
    iso_app_schedule *schedule = &app->schedule;
    const uint32_t start = iso_hal_ticks();
    uint32_t before = start;
    bool worked = false;
    for (unsigned duty = 0; duty < ISO_APP_DUTIES; duty += 1u) {
        if (turns[duty] == NULL) {
            continue;
        }
        schedule->inner_ticks = 0u;
        worked = turns[duty](app) || worked;
        const uint32_t now = iso_hal_ticks();
        note(&schedule->duty_worst_ticks[duty], now - before - schedule->inner_ticks);
        before = now;
    }
    note(&schedule->loop_worst_ticks, before - start);
    progress_left = PROGRESS_LIMIT;
    iso_hal_watchdog_feed();
    return worked;
}

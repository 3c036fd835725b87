#include "iso_app.h"
#include "iso_hal.h"

#define MS_PER_S 1000u

static void time_of_day(const iso_app *app, uint32_t *unix_seconds, uint16_t *milliseconds) {
    const iso_app_calendar *calendar = &app->calendar;
    if (calendar->unix_seconds == 0u) {
        *unix_seconds = 0u;
        *milliseconds = 0u;
        return;
    }
    const uint32_t passed_ms = app->time.uptime_ms - calendar->told_at_ms;
    const uint32_t fraction = calendar->milliseconds + passed_ms % MS_PER_S;
    *unix_seconds = calendar->unix_seconds + passed_ms / MS_PER_S + fraction / MS_PER_S;
    *milliseconds = (uint16_t)(fraction % MS_PER_S);
}

void iso_app_reply_time(iso_app *app, const iso_wire_time_request *request,
                        uint32_t received_tick) {
    iso_app_time_step(app);
    iso_wire_time_reply message = {.request_id = request->request_id,
                                   .received_tick = received_tick};
    time_of_day(app, &message.unix_seconds, &message.milliseconds);
    message.sent_tick = iso_hal_ticks();
    /* Never waits: late, it would say nothing. */
    (void)iso_app_send(
        app, ISO_WIRE_TIME_REPLY,
        iso_wire_encode_time_reply(&message, app->link.payload, sizeof app->link.payload),
        ISO_APP_DROP);
}

void iso_app_set_time(iso_app *app, const iso_wire_set_time *request) {
    iso_app_time_step(app);
    app->calendar = (iso_app_calendar){.unix_seconds = request->unix_seconds,
                                       .milliseconds = request->milliseconds,
                                       .told_at_ms = app->time.uptime_ms};
}

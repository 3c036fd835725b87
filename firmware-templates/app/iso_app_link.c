#include "iso_app.h"
#include "iso_hal.h"

/* Twice the time that a full transmit buffer (8 KB) takes at 115,200 baud: a host that is merely
 * slow gets everything, one that is gone does not stop the device. */
#define WAIT_LIMIT_MS 1500u
#define CHUNK_BYTES 32u

void iso_app_link_init(iso_app *app) {
    iso_frame_decoder_init(&app->link.decoder);
    app->time.last_tick = iso_hal_ticks();
    app->time.report_tick = app->time.last_tick;
}

static bool write_when_room(iso_app *app, size_t count) {
    iso_app_time_step(app);
    const uint32_t start_ms = app->time.uptime_ms;
    bool written = iso_hal_write(ISO_HAL_PORT_LINK, app->link.encoded, count);
    if (written) {
        return true;
    }
    while (!written && app->time.uptime_ms - start_ms <= WAIT_LIMIT_MS) {
        iso_hal_wait();
        iso_app_time_step(app);
        written = iso_hal_write(ISO_HAL_PORT_LINK, app->link.encoded, count);
    }
    iso_app_progress(); /* a slow host is no hang */
    return written;
}

iso_app_urgency iso_app_stream_urgency(void) {
    return iso_afe_is_live() ? ISO_APP_DROP : ISO_APP_WAIT;
}

bool iso_app_send(iso_app *app, uint8_t type, size_t payload_bytes, iso_app_urgency urgency) {
    iso_app_link *link = &app->link;
    const size_t count = iso_frame_encode(&link->encoder, type, link->payload, payload_bytes,
                                          link->encoded, sizeof link->encoded);
    const bool written = urgency == ISO_APP_WAIT
                             ? write_when_room(app, count)
                             : iso_hal_write(ISO_HAL_PORT_LINK, link->encoded, count);
    if (!written || count == 0u) {
        link->frames_dropped += 1u;
        return false;
    }
    return true;
}

void iso_app_log(iso_app *app, uint8_t level, const char *text) {
    iso_wire_log log = {.level = level};
    iso_wire_set_text(log.text, sizeof log.text, text);
    const size_t bytes = iso_wire_encode_log(&log, app->link.payload, sizeof app->link.payload);
    (void)iso_app_send(app, ISO_WIRE_LOG, bytes, iso_app_stream_urgency());
}

bool iso_app_receive(iso_app *app) {
    uint8_t chunk[CHUNK_BYTES];
    const size_t count = iso_hal_read(ISO_HAL_PORT_LINK, chunk, sizeof chunk);
    for (size_t i = 0; i < count; i += 1u) {
        iso_frame frame;
        if (iso_frame_decoder_push(&app->link.decoder, chunk[i], &frame)) {
            iso_app_obey(app, &frame);
        }
    }
    return count > 0u;
}

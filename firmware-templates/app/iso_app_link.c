#include "iso_app.h"
#include "iso_hal.h"

/* Twice the time that a full transmit buffer (8 KB) takes at 115,200 baud: a host that is merely
 * slow gets everything, one that is gone does not stop the device. */
#define WAIT_LIMIT_MS 1500u
#define CHUNK_BYTES 32u

void iso_app_link_init(iso_app *app) {
    iso_frame_decoder_init(&app->link.decoder);
    app->class_choice = ISO_APP_CLASS_OF_WINNER;
    app->time.last_tick = iso_hal_ticks();
    app->time.report_tick = app->time.last_tick;
}

static bool write_when_room(iso_app *app, size_t count) {
    iso_app_time_step(app);
    const uint32_t start_ms = app->time.uptime_ms;
    while (!iso_hal_write(ISO_HAL_PORT_LINK, app->link.encoded, count)) {
        iso_app_time_step(app);
        if (app->time.uptime_ms - start_ms > WAIT_LIMIT_MS) {
            return false;
        }
        iso_hal_wait();
    }
    return true;
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
    (void)iso_app_send(app, ISO_WIRE_LOG, bytes, ISO_APP_WAIT);
}

static void set_class(iso_app *app, const iso_frame *frame) {
    iso_wire_set_class message;
    if (!iso_wire_decode_set_class(&message, frame->payload, frame->payload_bytes)) {
        app->link.malformed += 1u;
        return;
    }
    if (message.class_index >= ISO_NET_CLASSES && message.class_index != ISO_APP_CLASS_OF_WINNER) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_WARNING, "SET_CLASS: the network has no such class");
        return;
    }
    app->class_choice = message.class_index;
}

static void explain(iso_app *app, const iso_frame *frame) {
    iso_wire_explain request;
    if (iso_wire_decode_explain(&request, frame->payload, frame->payload_bytes)) {
        iso_app_request(app, &request);
    } else {
        app->link.malformed += 1u;
    }
}

static void acknowledge(iso_app *app, const iso_frame *frame) {
    iso_wire_ack message;
    if (!iso_wire_decode_ack(&message, frame->payload, frame->payload_bytes)) {
        app->link.malformed += 1u;
    } else if (message.result_id == app->answer.result.result_id) {
        app->answer.acknowledged = true;
    }
}

static void take_test_input(iso_app *app, const iso_frame *frame) {
    static iso_wire_test_input part; /* 240 bytes that need not be on the stack */
    if (iso_wire_decode_test_input(&part, frame->payload, frame->payload_bytes)) {
        iso_app_take_test_input(app, &part);
    } else {
        app->link.malformed += 1u;
    }
}

static void test_run(iso_app *app, const iso_frame *frame) {
    iso_wire_test_run request;
    if (iso_wire_decode_test_run(&request, frame->payload, frame->payload_bytes)) {
        iso_app_test_run(app, &request);
    } else {
        app->link.malformed += 1u;
    }
}

static void obey(iso_app *app, const iso_frame *frame) {
    switch (frame->type) {
    case ISO_WIRE_HELLO_REQUEST:
        iso_app_send_hello(app);
        break;
    case ISO_WIRE_SET_CLASS:
        set_class(app, frame);
        break;
    case ISO_WIRE_EXPLAIN:
        explain(app, frame);
        break;
    case ISO_WIRE_ACK:
        acknowledge(app, frame);
        break;
    case ISO_WIRE_START:
        app->stopped = false;
        break;
    case ISO_WIRE_STOP:
        app->stopped = true;
        break;
    case ISO_WIRE_SELF_TEST:
        iso_app_answer_self_test(app);
        break;
    case ISO_WIRE_TEST_INPUT:
        take_test_input(app, frame);
        break;
    case ISO_WIRE_TEST_RUN:
        test_run(app, frame);
        break;
    case ISO_WIRE_REBOOT:
        iso_hal_reboot();
        break;
    default:
        /* A good frame that is not for this port. */
        app->link.malformed += 1u;
        break;
    }
}

void iso_app_receive(iso_app *app) {
    uint8_t chunk[CHUNK_BYTES];
    const size_t count = iso_hal_read(ISO_HAL_PORT_LINK, chunk, sizeof chunk);
    for (size_t i = 0; i < count; i += 1u) {
        iso_frame frame;
        if (iso_frame_decoder_push(&app->link.decoder, chunk[i], &frame)) {
            obey(app, &frame);
        }
    }
}

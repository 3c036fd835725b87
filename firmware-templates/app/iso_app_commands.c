#include "iso_app.h"
#include "iso_hal.h"

/* An answer has left a line of 9600 baud by then. */
#define ANSWER_LEAVES_MS 100u

static void answer(iso_app *app, uint16_t request_id, uint8_t outcome) {
    const iso_wire_command_result message = {.request_id = request_id, .outcome = outcome};
    (void)iso_app_send(
        app, ISO_WIRE_COMMAND_RESULT,
        iso_wire_encode_command_result(&message, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

static void start(iso_app *app, const iso_wire_start *request) {
    app->stopped = false;
    answer(app, request->request_id, ISO_WIRE_COMMAND_OUTCOME_DONE);
}

static void stop(iso_app *app, const iso_wire_stop *request) {
    app->stopped = true;
    /* What was acquired before is told before the answer. */
    iso_app_flush_samples(app);
    answer(app, request->request_id, ISO_WIRE_COMMAND_OUTCOME_DONE);
}

static void set_class(iso_app *app, const iso_wire_set_class *request) {
    if (request->class_index >= ISO_NET_CLASSES &&
        request->class_index != ISO_APP_CLASS_OF_WINNER) {
        answer(app, request->request_id, ISO_WIRE_COMMAND_OUTCOME_NO_SUCH_CLASS);
        return;
    }
    app->class_choice = request->class_index;
    answer(app, request->request_id, ISO_WIRE_COMMAND_OUTCOME_DONE);
}

void iso_app_restart(iso_app *app) {
    const uint32_t since_ms = app->time.uptime_ms;
    while (iso_hal_transmit_waiting(ISO_HAL_PORT_LINK) > 0u &&
           app->time.uptime_ms - since_ms < ANSWER_LEAVES_MS) {
        iso_hal_wait();
        iso_app_time_step(app);
    }
    iso_hal_reboot();
}

static void reboot(iso_app *app, const iso_wire_reboot *request) {
    if (request->boot_id != iso_hal_boot_id()) {
        answer(app, request->request_id, ISO_WIRE_COMMAND_OUTCOME_ANOTHER_RUN);
        return;
    }
    answer(app, request->request_id, ISO_WIRE_COMMAND_OUTCOME_DONE);
    iso_app_restart(app);
}

static void acknowledge(iso_app *app, const iso_wire_ack *message) {
    if (message->result_id == app->answer.result.result_id) {
        app->answer.acknowledged = true;
    }
}

/* Decodes the payload of a message and hands it on, or counts it. */
#define OBEY(name, handler)                                                                        \
    do {                                                                                           \
        static iso_wire_##name message; /* some are large; none is kept */                         \
        if (iso_wire_decode_##name(&message, frame->payload, frame->payload_bytes)) {              \
            handler;                                                                               \
        } else {                                                                                   \
            app->link.malformed += 1u;                                                             \
        }                                                                                          \
    } while (0)

void iso_app_obey(iso_app *app, const iso_frame *frame) {
    const uint32_t received_tick = iso_hal_ticks();
    switch (frame->type) {
    case ISO_WIRE_HELLO_REQUEST:
        iso_app_send_hello(app);
        break;
    case ISO_WIRE_ACK:
        OBEY(ack, acknowledge(app, &message));
        break;
    case ISO_WIRE_START:
        OBEY(start, start(app, &message));
        break;
    case ISO_WIRE_STOP:
        OBEY(stop, stop(app, &message));
        break;
    case ISO_WIRE_SET_CLASS:
        OBEY(set_class, set_class(app, &message));
        break;
    case ISO_WIRE_EXPLAIN:
        OBEY(explain, answer(app, message.request_id, iso_app_request(app, &message)));
        break;
    case ISO_WIRE_GET_SETTING:
        OBEY(get_setting, iso_app_get_setting(app, &message));
        break;
    case ISO_WIRE_SET_SETTING:
        OBEY(set_setting, iso_app_set_setting(app, &message));
        break;
    case ISO_WIRE_SET_TEST_SIGNAL:
        OBEY(set_test_signal, iso_app_set_test_signal(app, &message));
        break;
    case ISO_WIRE_SELF_TEST:
        OBEY(self_test, iso_app_answer_self_test(app, &message));
        break;
    case ISO_WIRE_REBOOT:
        OBEY(reboot, reboot(app, &message));
        break;
    case ISO_WIRE_TIME_REQUEST:
        OBEY(time_request, iso_app_reply_time(app, &message, received_tick));
        break;
    case ISO_WIRE_SET_TIME:
        OBEY(set_time, iso_app_set_time(app, &message);
             answer(app, message.request_id, ISO_WIRE_COMMAND_OUTCOME_DONE));
        break;
    case ISO_WIRE_READ_OBJECT:
        OBEY(read_object, iso_app_read_object(app, &message));
        break;
    case ISO_WIRE_CREDIT:
        OBEY(credit, iso_app_grant(app, &message));
        break;
    case ISO_WIRE_TEST_INPUT:
        OBEY(test_input, iso_app_take_test_input(app, &message));
        break;
    case ISO_WIRE_TEST_RUN:
        OBEY(test_run, iso_app_test_run(app, &message));
        break;
    case ISO_WIRE_UPDATE_BEGIN:
        OBEY(update_begin, iso_app_update_begin(app, &message));
        break;
    case ISO_WIRE_UPDATE_DATA:
        OBEY(update_data, iso_app_update_data(app, &message));
        break;
    case ISO_WIRE_UPDATE:
        OBEY(update, iso_app_update(app, &message));
        break;
    default:
        /* A good frame that is not for this port. */
        app->link.malformed += 1u;
        break;
    }
}

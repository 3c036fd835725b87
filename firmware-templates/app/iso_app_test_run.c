#include "iso_app.h"
#include "iso_crc32c.h"

#include <string.h>

/* The network on an input of the host's, layer by layer: host/validate/device-target.ts compares.
 */

#define INPUT_VALUES ((uint32_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS)
#define INPUT_BYTES (INPUT_VALUES * (uint32_t)sizeof(iso_net_input_code))

/* Set while a test runs: an answer for a patient sends nothing of its layers. */
static iso_app *observer;

void iso_app_observe(uint32_t layer_index, const void *output, uint32_t byte_count) {
    iso_app_progress(); /* a network of many layers is no hang */
    iso_app_layer_done(layer_index);
    if (observer == NULL) {
        return;
    }
    const iso_wire_test_layer message = {.layer_index = (uint16_t)layer_index,
                                         .byte_count = byte_count,
                                         .crc = iso_crc32c(output, byte_count)};
    iso_app_link *link = &observer->link;
    (void)iso_app_send(observer, ISO_WIRE_TEST_LAYER,
                       iso_wire_encode_test_layer(&message, link->payload, sizeof link->payload),
                       ISO_APP_WAIT);
}

static void send_result(iso_app *app, const iso_wire_test_result *message) {
    (void)iso_app_send(
        app, ISO_WIRE_TEST_RESULT,
        iso_wire_encode_test_result(message, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

static void refuse(iso_app *app, uint8_t status) {
    const iso_wire_test_result message = {.status = status};
    send_result(app, &message);
}

void iso_app_take_test_input(iso_app *app, const iso_wire_test_input *part) {
    if (!app->stopped) {
        refuse(app, ISO_WIRE_TEST_STATUS_ACQUIRING);
        return;
    }
    iso_app_explain_finish(app);
    if (part->first_byte == 0u) {
        app->test_input_bytes = 0u;
    }
    if (part->first_byte == app->test_input_bytes &&
        part->byte_count <= INPUT_BYTES - app->test_input_bytes) {
        iso_app_input_changes(app, NULL);
        memcpy((uint8_t *)iso_net_input() + part->first_byte, part->bytes, part->byte_count);
        app->test_input_bytes += part->byte_count;
    }
    const iso_wire_test_input_held held = {.byte_count = app->test_input_bytes};
    (void)iso_app_send(
        app, ISO_WIRE_TEST_INPUT_HELD,
        iso_wire_encode_test_input_held(&held, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

static void run(iso_app *app, uint8_t class_index) {
    iso_wire_test_result message = {.status = ISO_WIRE_TEST_STATUS_DONE,
                                    .logit_count = ISO_NET_CLASSES};
    observer = app;
    iso_net_forward(message.logits);
    message.explained_class =
        class_index == ISO_APP_CLASS_OF_WINNER ? iso_app_winner(message.logits) : class_index;
    const uint8_t *gradient = NULL;
    uint32_t gradient_bytes = 0u;
#if ISO_NET_EXPLAINS
    gradient = (const uint8_t *)iso_net_explain(message.explained_class, &message.saturations);
    gradient_bytes = INPUT_VALUES * (uint32_t)sizeof(int16_t);
#endif
    observer = NULL;
    message.gradient_crc = iso_crc32c(gradient, gradient_bytes);
    send_result(app, &message);
}

void iso_app_test_run(iso_app *app, const iso_wire_test_run *request) {
    const bool whole =
        app->test_input_bytes == INPUT_BYTES &&
        iso_crc32c((const uint8_t *)iso_net_input(), INPUT_BYTES) == request->input_crc;
    if (!app->stopped) {
        refuse(app, ISO_WIRE_TEST_STATUS_ACQUIRING);
    } else if (!whole) {
        refuse(app, ISO_WIRE_TEST_STATUS_INPUT_INCOMPLETE);
    } else if (request->class_index >= ISO_NET_CLASSES &&
               request->class_index != ISO_APP_CLASS_OF_WINNER) {
        refuse(app, ISO_WIRE_TEST_STATUS_NO_SUCH_CLASS);
    } else {
        run(app, request->class_index);
    }
    app->test_input_bytes = 0u;
}

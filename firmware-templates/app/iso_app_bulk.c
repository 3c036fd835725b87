#include "iso_app.h"
#include "iso_crc32c.h"
#include "iso_hal.h"

#define INPUT_BYTES                                                                                \
    ((uint32_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS * (uint32_t)sizeof(iso_net_input_code))

static void tell(iso_app *app, const iso_wire_object *message) {
    (void)iso_app_send(app, ISO_WIRE_OBJECT,
                       iso_wire_encode_object(message, app->link.payload, sizeof app->link.payload),
                       ISO_APP_WAIT);
}

/* Gives the bytes of an object, or NULL when it is not there. */
static const uint8_t *object_of(const iso_app *app, uint8_t object, uint32_t *byte_count) {
    static iso_hal_crash crash;
    if (object == ISO_WIRE_BULK_OBJECT_CRASH_RECORD) {
        *byte_count = (uint32_t)sizeof crash;
        return iso_hal_get_crash(&crash) ? (const uint8_t *)&crash : NULL;
    }
    if (object == ISO_WIRE_BULK_OBJECT_LAYER_TIMES) {
        return iso_app_layer_times(byte_count);
    }
    *byte_count = INPUT_BYTES;
    return app->bulk.input;
}

void iso_app_read_object(iso_app *app, const iso_wire_read_object *request) {
    iso_app_bulk *bulk = &app->bulk;
    iso_wire_object message = {.request_id = request->request_id,
                               .state = ISO_WIRE_BULK_STATE_NOT_THERE};
    uint32_t byte_count = 0u;
    const uint8_t *bytes = object_of(app, request->object, &byte_count);
    iso_bulk_close(&bulk->reading);
    if (bytes != NULL) {
        iso_bulk_open(&bulk->reading, request->request_id, bytes, byte_count);
        bulk->of_network_input = request->object == ISO_WIRE_BULK_OBJECT_NETWORK_INPUT;
        message.state = ISO_WIRE_BULK_STATE_OPEN;
        message.byte_count = byte_count;
        message.crc = iso_crc32c(bytes, byte_count);
        message.result_id = bulk->of_network_input ? bulk->input_result_id : 0u;
    }
    tell(app, &message);
}

void iso_app_grant(iso_app *app, const iso_wire_credit *credit) {
    iso_bulk_grant(&app->bulk.reading, credit->request_id, credit->first_byte, credit->byte_count);
}

void iso_app_input_changes(iso_app *app, const uint16_t *result_id) {
    iso_app_bulk *bulk = &app->bulk;
    bulk->input = result_id != NULL ? (const uint8_t *)iso_net_input() : NULL;
    bulk->input_result_id = result_id != NULL ? *result_id : 0u;
    if (bulk->reading.bytes == NULL || !bulk->of_network_input) {
        return;
    }
    const iso_wire_object message = {.request_id = bulk->reading.request_id,
                                     .state = ISO_WIRE_BULK_STATE_CHANGED};
    iso_bulk_close(&bulk->reading);
    tell(app, &message);
}

bool iso_app_bulk_step(iso_app *app) {
    static iso_wire_object_part part; /* 240 bytes that need not be on the stack */
    if (!iso_bulk_take(&app->bulk.reading, iso_hal_transmit_waiting(ISO_HAL_PORT_LINK), &part)) {
        return false;
    }
    (void)iso_app_send(
        app, ISO_WIRE_OBJECT_PART,
        iso_wire_encode_object_part(&part, app->link.payload, sizeof app->link.payload),
        ISO_APP_DROP);
    return true;
}

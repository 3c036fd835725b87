#include "iso_update.h"

#include <string.h>

/* An image that starts by itself takes no update. */

const uint8_t iso_update_running_slot = 255u;

void iso_update_init(uint8_t running_slot) {
    (void)running_slot;
}

bool iso_update_on_trial(void) {
    return false;
}

uint8_t iso_update_begin(const uint8_t header[ISO_UPDATE_HEADER_BYTES]) {
    (void)header;
    return ISO_WIRE_UPDATE_OUTCOME_NOT_BUILT_IN;
}

void iso_update_data(uint32_t first_byte, const uint8_t *bytes, size_t count) {
    (void)first_byte;
    (void)bytes;
    (void)count;
}

uint8_t iso_update_check(void) {
    return ISO_WIRE_UPDATE_OUTCOME_NOT_BUILT_IN;
}

uint8_t iso_update_activate(void) {
    return ISO_WIRE_UPDATE_OUTCOME_NOT_BUILT_IN;
}

uint8_t iso_update_confirm(bool self_test_passed) {
    (void)self_test_passed;
    return ISO_WIRE_UPDATE_OUTCOME_NOT_BUILT_IN;
}

uint8_t iso_update_give_up(void) {
    return ISO_WIRE_UPDATE_OUTCOME_NOT_BUILT_IN;
}

bool iso_update_step(void) {
    return false;
}

void iso_update_held(iso_wire_update_held *out) {
    memset(out, 0, sizeof *out);
}

void iso_update_describe(iso_wire_update_state *out) {
    memset(out, 0, sizeof *out);
    out->running_slot = iso_update_running_slot;
}

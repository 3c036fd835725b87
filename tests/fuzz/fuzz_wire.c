/*
 * libFuzzer target for the wire: the input is a line for the decoder; each frame it gives must be
 * framed again to bytes that decode to the same frame. The first input byte chooses whether the
 * rest is also a payload of the type that the second names: no fuzzer guesses a CRC, so that
 * encoder and payload decoders are asked directly.
 */
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"
#include "iso_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) {
        abort();
    }
}

/* Frames a payload and gives it to a fresh decoder: one frame, the same. */
static void round_trip(uint8_t type, const uint8_t *payload, size_t bytes) {
    uint8_t line[ISO_FRAME_MAX_ENCODED];
    iso_frame_encoder encoder = {0};
    size_t written = iso_frame_encode(&encoder, type, payload, bytes, line, sizeof line);
    if (bytes > ISO_WIRE_MAX_PAYLOAD) {
        check(written == 0u && encoder.next_sequence == 0u);
        return;
    }
    check(written > 0u && written <= sizeof line && line[written - 1u] == 0u);
    check(memchr(line, 0, written - 1u) == NULL);
    iso_frame_decoder decoder;
    iso_frame_decoder_init(&decoder);
    iso_frame frame;
    for (size_t i = 0; i + 1u < written; i++) {
        check(!iso_frame_decoder_push(&decoder, line[i], &frame));
    }
    bool given = iso_frame_decoder_push(&decoder, line[written - 1u], &frame);
    check(given == iso_wire_type_is_known(type));
    if (given) {
        check(frame.type == type && frame.payload_bytes == bytes);
        check(bytes == 0u || memcmp(frame.payload, payload, bytes) == 0);
    }
    /* The same frame in too small a room gives nothing, and writes nothing beyond it. */
    encoder.next_sequence = 0;
    check(iso_frame_encode(&encoder, type, payload, bytes, line, written - 1u) == 0u);
}

/* A payload that is decoded is encoded to the same bytes; one in a room of its own size, watched.
 */
static void payload_round_trip(uint8_t type, const uint8_t *payload, size_t bytes) {
    static uint8_t again[ISO_WIRE_MAX_PAYLOAD];
    size_t again_bytes = 0;
    uint8_t *room = malloc(bytes > 0u ? bytes : 1u);
    check(room != NULL);
    if (bytes > 0u) {
        memcpy(room, payload, bytes);
    }
    if (dispatch(type, room, bytes, again, &again_bytes, NULL)) {
        check(again_bytes == bytes && (bytes == 0u || memcmp(again, payload, bytes) == 0));
    }
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2u) {
        return 0;
    }
    iso_frame_decoder decoder;
    iso_frame_decoder_init(&decoder);
    for (size_t i = 1; i < size; i++) {
        iso_frame frame;
        if (iso_frame_decoder_push(&decoder, data[i], &frame)) {
            check(iso_wire_type_is_known(frame.type));
            round_trip(frame.type, frame.payload, frame.payload_bytes);
        }
    }
    if ((data[0] & 1u) != 0u) {
        round_trip(data[1], data + 2, size - 2u);
        payload_round_trip(data[1], data + 2, size - 2u);
    }
    return 0;
}

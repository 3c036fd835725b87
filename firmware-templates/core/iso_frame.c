#include "iso_frame.h"
#include "iso_crc32c.h"

static uint32_t start_register(uint8_t type) {
    static const uint8_t hash[4] = {
        (uint8_t)(ISO_WIRE_SCHEMA_HASH & 0xFFu),
        (uint8_t)((ISO_WIRE_SCHEMA_HASH >> 8) & 0xFFu),
        (uint8_t)((ISO_WIRE_SCHEMA_HASH >> 16) & 0xFFu),
        (uint8_t)(ISO_WIRE_SCHEMA_HASH >> 24),
    };
    return iso_wire_type_is_plain(type) ? ISO_CRC32C_START
                                        : iso_crc32c_update(ISO_CRC32C_START, hash, sizeof hash);
}

size_t iso_frame_encode(iso_frame_encoder *encoder, uint8_t type, const uint8_t *payload,
                        size_t payload_bytes, uint8_t *out, size_t capacity) {
    if (payload_bytes > ISO_WIRE_MAX_PAYLOAD) {
        return 0;
    }
    const uint8_t head[2] = {type, encoder->next_sequence};
    uint32_t crc = iso_crc32c_update(start_register(type), head, sizeof head);
    crc = iso_crc32c_finish(iso_crc32c_update(crc, payload, payload_bytes));
    const uint8_t tail[4] = {
        (uint8_t)(crc & 0xFFu),
        (uint8_t)((crc >> 8) & 0xFFu),
        (uint8_t)((crc >> 16) & 0xFFu),
        (uint8_t)(crc >> 24),
    };
    iso_cobs_encoder cobs;
    iso_cobs_encoder_begin(&cobs, out, capacity);
    iso_cobs_encoder_put(&cobs, head, sizeof head);
    iso_cobs_encoder_put(&cobs, payload, payload_bytes);
    iso_cobs_encoder_put(&cobs, tail, sizeof tail);
    size_t written = iso_cobs_encoder_finish(&cobs);
    if (written > 0u) {
        encoder->next_sequence++;
    }
    return written;
}

void iso_frame_decoder_init(iso_frame_decoder *decoder) {
    *decoder = (iso_frame_decoder){0};
    iso_cobs_decoder_init(&decoder->cobs);
}

static void store(iso_frame_decoder *decoder, uint8_t byte) {
    if (decoder->used >= ISO_FRAME_MAX_BYTES) {
        decoder->overflow = true;
        return;
    }
    decoder->bytes[decoder->used] = byte;
    decoder->used++;
}

static bool crc_holds(const uint8_t *bytes, uint16_t count) {
    uint16_t body = (uint16_t)(count - 4u);
    uint32_t expected = iso_crc32c_finish(iso_crc32c_update(start_register(bytes[0]), bytes, body));
    uint32_t seen = (uint32_t)bytes[body] | ((uint32_t)bytes[body + 1u] << 8) |
                    ((uint32_t)bytes[body + 2u] << 16) | ((uint32_t)bytes[body + 3u] << 24);
    return seen == expected;
}

static void follow_sequence(iso_frame_decoder *decoder, uint8_t sequence) {
    if (decoder->sequence_known) {
        decoder->statistics.sequence_gaps += (uint8_t)(sequence - decoder->expected_sequence);
    }
    decoder->sequence_known = true;
    decoder->expected_sequence = (uint8_t)(sequence + 1u);
}

/* Judges the bytes before a delimiter; `count` > 0 or the frame was cut off. */
static bool judge(iso_frame_decoder *decoder, uint16_t count, bool whole, bool overflow,
                  iso_frame *frame) {
    iso_frame_statistics *statistics = &decoder->statistics;
    bool good = false;
    if (overflow) {
        statistics->oversize++;
    } else if (!whole || count < ISO_FRAME_OVERHEAD) {
        statistics->cobs_errors++;
    } else if (!crc_holds(decoder->bytes, count)) {
        statistics->crc_errors++;
    } else {
        good = true;
    }
    if (!good) {
        decoder->damaged = true;
        return false;
    }
    statistics->resyncs += decoder->damaged ? 1u : 0u;
    decoder->damaged = false;
    follow_sequence(decoder, decoder->bytes[1]);
    if (!iso_wire_type_is_known(decoder->bytes[0])) {
        statistics->unknown_types++;
        return false;
    }
    statistics->frames++;
    frame->type = decoder->bytes[0];
    frame->sequence = decoder->bytes[1];
    frame->payload = &decoder->bytes[2];
    frame->payload_bytes = (uint16_t)(count - ISO_FRAME_OVERHEAD);
    return true;
}

bool iso_frame_decoder_push(iso_frame_decoder *decoder, uint8_t byte, iso_frame *frame) {
    uint8_t decoded = 0;
    iso_cobs_event event = iso_cobs_decoder_push(&decoder->cobs, byte, &decoded);
    if (event == ISO_COBS_NOTHING) {
        return false;
    }
    if (event == ISO_COBS_BYTE) {
        store(decoder, decoded);
        return false;
    }
    uint16_t count = decoder->used;
    bool overflow = decoder->overflow;
    decoder->used = 0;
    decoder->overflow = false;
    if (event == ISO_COBS_END && count == 0u) {
        /* Zeros between frames are idle line. */
        return false;
    }
    return judge(decoder, count, event == ISO_COBS_END, overflow, frame);
}

#include "iso_cobs.h"

static void append(iso_cobs_encoder *encoder, uint8_t byte) {
    if (encoder->used >= encoder->capacity) {
        encoder->failed = true;
        return;
    }
    encoder->out[encoder->used] = byte;
    encoder->used++;
}

/* Leaves room for a code byte that is known only when its block ends. */
static void open_block(iso_cobs_encoder *encoder) {
    encoder->code_at = encoder->used;
    encoder->code = 1;
    append(encoder, 0);
}

static void close_block(iso_cobs_encoder *encoder) {
    if (!encoder->failed) {
        encoder->out[encoder->code_at] = encoder->code;
    }
}

void iso_cobs_encoder_begin(iso_cobs_encoder *encoder, uint8_t *out, size_t capacity) {
    encoder->out = out;
    encoder->capacity = capacity;
    encoder->used = 0;
    encoder->failed = false;
    open_block(encoder);
}

void iso_cobs_encoder_put(iso_cobs_encoder *encoder, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        /* A full block is closed when more follows, not before: a frame may end with one. */
        if (encoder->code == 0xFFu) {
            close_block(encoder);
            open_block(encoder);
        }
        if (bytes[i] == 0u) {
            close_block(encoder);
            open_block(encoder);
        } else {
            append(encoder, bytes[i]);
            encoder->code++;
        }
    }
}

size_t iso_cobs_encoder_finish(iso_cobs_encoder *encoder) {
    close_block(encoder);
    append(encoder, 0);
    return encoder->failed ? 0u : encoder->used;
}

void iso_cobs_decoder_init(iso_cobs_decoder *decoder) {
    decoder->remaining = 0;
    decoder->zero_follows = false;
}

iso_cobs_event iso_cobs_decoder_push(iso_cobs_decoder *decoder, uint8_t encoded, uint8_t *decoded) {
    if (encoded == 0u) {
        bool whole = decoder->remaining == 0u;
        iso_cobs_decoder_init(decoder);
        return whole ? ISO_COBS_END : ISO_COBS_TRUNCATED;
    }
    if (decoder->remaining > 0u) {
        decoder->remaining--;
        *decoded = encoded;
        return ISO_COBS_BYTE;
    }
    bool zero = decoder->zero_follows;
    decoder->remaining = (uint8_t)(encoded - 1u);
    decoder->zero_follows = encoded != 0xFFu;
    *decoded = 0;
    return zero ? ISO_COBS_BYTE : ISO_COBS_NOTHING;
}

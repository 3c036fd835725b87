/*
 * Consistent overhead byte stuffing (Cheshire and Baker, 1999), in pieces and in both directions:
 * no byte of an encoded frame is zero, so that a zero ends it and a receiver finds the next frame
 * after any damage.
 */
#ifndef ISO_COBS_H
#define ISO_COBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that `count` bytes take when encoded, at the most, without the delimiter. */
#define ISO_COBS_MAX_ENCODED(count) ((count) + (count) / 254u + 1u)

typedef struct {
    uint8_t *out;
    size_t capacity;
    size_t used;
    size_t code_at;
    uint8_t code;
    bool failed;
} iso_cobs_encoder;

void iso_cobs_encoder_begin(iso_cobs_encoder *encoder, uint8_t *out, size_t capacity);
void iso_cobs_encoder_put(iso_cobs_encoder *encoder, const uint8_t *bytes, size_t count);
/* Ends the frame with its zero. Gives the bytes written, or 0 when they did not fit. */
size_t iso_cobs_encoder_finish(iso_cobs_encoder *encoder);

typedef enum {
    /* The encoded byte gave nothing by itself. */
    ISO_COBS_NOTHING,
    /* It gave one byte. */
    ISO_COBS_BYTE,
    /* It was the delimiter and the frame before it is whole. */
    ISO_COBS_END,
    /* It was the delimiter and came where data were announced. */
    ISO_COBS_TRUNCATED
} iso_cobs_event;

typedef struct {
    /* Data bytes still announced by the last code byte. */
    uint8_t remaining;
    /* Whether a zero follows them, unless the frame ends there. */
    bool zero_follows;
} iso_cobs_decoder;

void iso_cobs_decoder_init(iso_cobs_decoder *decoder);
/* After END or TRUNCATED the decoder stands at the start of a frame. */
iso_cobs_event iso_cobs_decoder_push(iso_cobs_decoder *decoder, uint8_t encoded, uint8_t *decoded);

#endif

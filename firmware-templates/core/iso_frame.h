/*
 * Frames of the wire (docs/wire.md): COBS( type | sequence | payload | CRC-32C ) and a zero.
 * The CRC is taken over the four bytes of ISO_WIRE_SCHEMA_HASH and then the frame, so that firmware
 * and host of different schemas cannot misread each other; HELLO and HELLO_REQUEST leave the hash
 * out.
 */
#ifndef ISO_FRAME_H
#define ISO_FRAME_H

#include "iso_cobs.h"
#include "iso_wire.h"

#define ISO_FRAME_OVERHEAD 6u
#define ISO_FRAME_MAX_BYTES (ISO_WIRE_MAX_PAYLOAD + ISO_FRAME_OVERHEAD)
/* Room for any frame as it goes over the line, its zero included. */
#define ISO_FRAME_MAX_ENCODED (ISO_COBS_MAX_ENCODED(ISO_FRAME_MAX_BYTES) + 1u)

/* One for each direction of each port; zero it to begin. */
typedef struct {
    uint8_t next_sequence;
} iso_frame_encoder;

/*
 * Writes one frame to `out` and gives its bytes, or 0 when it does not fit; the sequence then stays
 * as it was. A frame that is encoded and then dropped leaves a gap in the sequence, as it should.
 */
size_t iso_frame_encode(iso_frame_encoder *encoder, uint8_t type, const uint8_t *payload,
                        size_t payload_bytes, uint8_t *out, size_t capacity);

/* A frame whose CRC held. `payload` points into the decoder and is valid until the next push. */
typedef struct {
    uint8_t type;
    uint8_t sequence;
    uint16_t payload_bytes;
    const uint8_t *payload;
} iso_frame;

typedef struct {
    /* Frames given to the caller. */
    uint32_t frames;
    uint32_t crc_errors;
    /* Zero where data were announced, or fewer bytes than the smallest frame. */
    uint32_t cobs_errors;
    uint32_t oversize;
    /* Good frames of a type that the schema does not know: counted, not given. */
    uint32_t unknown_types;
    /* Good frames that came after at least one damaged one. */
    uint32_t resyncs;
    /* Frames missing by the sequence number, modulo 256 each time. */
    uint32_t sequence_gaps;
} iso_frame_statistics;

typedef struct {
    iso_frame_statistics statistics;
    iso_cobs_decoder cobs;
    uint16_t used;
    uint8_t expected_sequence;
    bool overflow;
    bool damaged;
    bool sequence_known;
    uint8_t bytes[ISO_FRAME_MAX_BYTES];
} iso_frame_decoder;

void iso_frame_decoder_init(iso_frame_decoder *decoder);
/* True when this byte completed a good frame of a known type. */
bool iso_frame_decoder_push(iso_frame_decoder *decoder, uint8_t byte, iso_frame *frame);

#endif

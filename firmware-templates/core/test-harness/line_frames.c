/*
 * Bytes of a line in, and out every frame that iso_frame.c gives: type, sequence, payload size u16,
 * payload; at the end the statistics, 7 x u32. All little-endian.
 */
#include <stdio.h>

#include "iso_frame.h"

static void write_u16(uint32_t value) {
    const uint8_t bytes[2] = {(uint8_t)(value & 0xFFu), (uint8_t)(value >> 8)};
    fwrite(bytes, 1, sizeof bytes, stdout);
}

static void write_u32(uint32_t value) {
    write_u16(value & 0xFFFFu);
    write_u16(value >> 16);
}

int main(void) {
    static iso_frame_decoder decoder;
    static uint8_t chunk[65536];
    iso_frame_decoder_init(&decoder);
    size_t count;
    while ((count = fread(chunk, 1, sizeof chunk, stdin)) > 0u) {
        for (size_t i = 0; i < count; i++) {
            iso_frame frame;
            if (!iso_frame_decoder_push(&decoder, chunk[i], &frame)) {
                continue;
            }
            const uint8_t head[2] = {frame.type, frame.sequence};
            fwrite(head, 1, sizeof head, stdout);
            write_u16(frame.payload_bytes);
            fwrite(frame.payload, 1, frame.payload_bytes, stdout);
        }
    }
    const iso_frame_statistics *statistics = &decoder.statistics;
    write_u32(statistics->frames);
    write_u32(statistics->crc_errors);
    write_u32(statistics->cobs_errors);
    write_u32(statistics->oversize);
    write_u32(statistics->unknown_types);
    write_u32(statistics->resyncs);
    write_u32(statistics->sequence_gaps);
    return 0;
}

/*
 * Drives the C codec from a test, binary in and out.
 *   frames   bytes of a line → every frame given: type, sequence, payload size u16, payload; then
 * the statistics, 7 × u32 payloads records of type u8, size u16, payload → verdict u8; if good:
 * size u16, the payload encoded again fields   the same records → one line of JSON each, field by
 * field out of the struct encode   the same records → each framed, sequence numbers from 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"
#include "iso_frame.h"

static void write_u16(size_t value) {
    const uint8_t bytes[2] = {(uint8_t)(value & 0xFFu), (uint8_t)(value >> 8)};
    fwrite(bytes, 1, sizeof bytes, stdout);
}

static void write_u32(uint32_t value) {
    write_u16(value & 0xFFFFu);
    write_u16(value >> 16);
}

static void run_frames(void) {
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
}

/*
 * Gives the room of the record, to be freed, or NULL at the end. The payload lies at an odd address
 * and ends with its room, for the sanitizers to watch.
 */
static uint8_t *read_record(uint8_t *type, size_t *payload_bytes) {
    uint8_t head[3];
    if (fread(head, 1, sizeof head, stdin) != sizeof head) {
        return NULL;
    }
    *type = head[0];
    *payload_bytes = (size_t)head[1] | ((size_t)head[2] << 8);
    uint8_t *room = malloc(*payload_bytes + 1u);
    if (room == NULL || fread(room + 1, 1, *payload_bytes, stdin) != *payload_bytes) {
        abort();
    }
    return room;
}

int main(int argc, char **argv) {
    static uint8_t again[ISO_WIRE_MAX_PAYLOAD];
    static uint8_t line[ISO_FRAME_MAX_ENCODED];
    iso_frame_encoder encoder = {0};
    const char *mode = argc > 1 ? argv[1] : "";
    uint8_t *room;
    uint8_t type;
    size_t payload_bytes;
    if (strcmp(mode, "frames") == 0) {
        run_frames();
        return 0;
    }
    while ((room = read_record(&type, &payload_bytes)) != NULL) {
        const uint8_t *payload = room + 1;
        size_t again_bytes = 0;
        if (strcmp(mode, "payloads") == 0) {
            bool good = dispatch(type, payload, payload_bytes, again, &again_bytes, NULL);
            fputc(good ? 1 : 0, stdout);
            if (good) {
                write_u16(again_bytes);
                fwrite(again, 1, again_bytes, stdout);
            }
        } else if (strcmp(mode, "fields") == 0) {
            if (!dispatch(type, payload, payload_bytes, again, &again_bytes, stdout)) {
                fputs("null\n", stdout);
            }
        } else if (strcmp(mode, "encode") == 0) {
            size_t count =
                iso_frame_encode(&encoder, type, payload, payload_bytes, line, sizeof line);
            fwrite(line, 1, count, stdout);
        } else {
            return 2;
        }
        free(room);
    }
    return 0;
}

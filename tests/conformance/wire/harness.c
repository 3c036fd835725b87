/*
 * Drives the C codec from a test: records of type u8, size u16, payload on standard input.
 *   payloads  verdict u8; if good: size u16, the payload encoded again
 *   fields    one line of JSON each, field by field out of the struct
 *   encode    each framed, sequence numbers from 0
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

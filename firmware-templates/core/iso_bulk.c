#include "iso_bulk.h"

#include <string.h>

void iso_bulk_open(iso_bulk *bulk, uint16_t request_id, const uint8_t *bytes, uint32_t byte_count) {
    *bulk = (iso_bulk){.bytes = bytes, .byte_count = byte_count, .request_id = request_id};
}

void iso_bulk_close(iso_bulk *bulk) {
    *bulk = (iso_bulk){0};
}

void iso_bulk_grant(iso_bulk *bulk, uint16_t request_id, uint32_t first_byte, uint16_t byte_count) {
    if (bulk->bytes == NULL || request_id != bulk->request_id || first_byte > bulk->byte_count) {
        return;
    }
    const uint32_t left = bulk->byte_count - first_byte;
    bulk->next = first_byte;
    bulk->end = first_byte + (byte_count < left ? byte_count : left);
}

bool iso_bulk_take(iso_bulk *bulk, size_t waiting_bytes, iso_wire_object_part *part) {
    const uint32_t left = bulk->end - bulk->next;
    if (left == 0u || waiting_bytes > ISO_BULK_IDLE_BYTES) {
        return false;
    }
    const uint32_t most = ISO_WIRE_OBJECT_PART_MAX_BYTE_COUNT;
    part->request_id = bulk->request_id;
    part->first_byte = bulk->next;
    part->byte_count = (uint8_t)(left < most ? left : most);
    memcpy(part->bytes, bulk->bytes + bulk->next, part->byte_count);
    bulk->next += part->byte_count;
    return true;
}

/*
 * Something long that is read piece by piece behind live traffic (docs/wire.md, "Long objects"): a
 * part goes only on credit of the host, and only into a line that is idle. No part is kept here:
 * what the line loses the host asks for again by granting from there.
 */
#ifndef ISO_BULK_H
#define ISO_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso_wire.h"

/* With at most this many bytes waiting a line counts as idle: a live frame is late by no more than
 * these and one part. */
#define ISO_BULK_IDLE_BYTES 32u

typedef struct {
    const uint8_t *bytes; /* NULL: nothing is read */
    uint32_t byte_count;
    uint32_t next; /* the next byte to send */
    uint32_t end;  /* of the credit */
    uint16_t request_id;
} iso_bulk;

/* Without credit at first. */
void iso_bulk_open(iso_bulk *bulk, uint16_t request_id, const uint8_t *bytes, uint32_t byte_count);
void iso_bulk_close(iso_bulk *bulk);
/* The credit of the reading with this id; of any other it is left out. */
void iso_bulk_grant(iso_bulk *bulk, uint16_t request_id, uint32_t first_byte, uint16_t byte_count);
/* The part that may go now, with so many bytes waiting for the line; false when none may. It counts
 * as sent. */
bool iso_bulk_take(iso_bulk *bulk, size_t waiting_bytes, iso_wire_object_part *part);

#endif

/*
 * Drives iso_bulk over an object whose byte i is 7 * i.
 *
 * In:  0 request_id {byte_count}          open
 *      1 request_id {first_byte, credit}  grant
 *      2 waiting_bytes                    take
 *      3 0                                close
 * Out: byte_count first_byte {request_id, first byte, last byte}   for each take; -1 when none may
 * go
 */
#include "../iso_bulk.h"
#include "rows.h"

#define MOST 20000

int main(void) {
    static uint8_t object[MOST];
    static iso_wire_object_part part;
    iso_bulk bulk = {0};
    row in;
    for (unsigned i = 0; i < MOST; i++) {
        object[i] = (uint8_t)(7u * i);
    }
    while (read_row(&in)) {
        row out = {.kind = -1};
        switch (in.kind) {
        case 0:
            iso_bulk_open(&bulk, (uint16_t)in.first, object, (uint32_t)in.values[0]);
            break;
        case 1:
            iso_bulk_grant(&bulk, (uint16_t)in.first, (uint32_t)in.values[0],
                           (uint16_t)in.values[1]);
            break;
        case 2:
            if (iso_bulk_take(&bulk, (size_t)in.first, &part)) {
                out.kind = part.byte_count;
                out.first = (int32_t)part.first_byte;
                out.values[0] = part.request_id;
                out.values[1] = part.bytes[0];
                out.values[2] = part.bytes[part.byte_count - 1u];
            }
            print_row(&out);
            break;
        default:
            iso_bulk_close(&bulk);
            break;
        }
    }
    return 0;
}

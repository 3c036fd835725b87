/*
 * Drives iso_lead_off; the rail is at 395,000 microvolt.
 *
 * In:  0 measured + off * 65536 microvolt[8]   push
 *      1 missing 0…                            a gap
 * Out: lost_leads samples_pushed contact of RA LA LL V1 V2 V3 V4 V5 + 8 * V6   for each change
 */
#include "../iso_lead_off.h"
#include "rows.h"

int main(void) {
    static iso_lead_off lead_off;
    int32_t pushed = 0;
    row in;

    iso_lead_off_init(&lead_off, 395000);
    while (read_row(&in)) {
        const iso_lead_off_bits bits = {(uint16_t)((uint32_t)in.first & 0xffffu),
                                        (uint16_t)((uint32_t)in.first >> 16)};
        row out;

        if (in.kind == 1) {
            iso_lead_off_gap(&lead_off, (uint32_t)in.first);
            in.kind = -1;
        } else {
            pushed++;
        }
        if (in.kind == -1 || iso_lead_off_push(&lead_off, bits, in.values)) {
            out.kind = iso_lead_off_lost_leads(&lead_off);
            out.first = pushed;
            for (unsigned e = 0; e < 8; e++) {
                out.values[e] = (int32_t)iso_lead_off_contact(&lead_off, (enum iso_electrode)e);
            }
            out.values[7] += 8 * (int32_t)iso_lead_off_contact(&lead_off, ISO_ELECTRODE_V6);
            print_row(&out);
        }
    }
    return 0;
}

/*
 * Drives iso_mains.
 *
 * In:  0 0 microvolt[8]   push
 *      1 missing 0…       a gap
 *      2 0 0…             ask for amplitudes
 * Out: state millihertz microvolt[8]   for each push
 *      state millihertz peak[8]        for each question
 */
#include "../iso_mains.h"
#include "rows.h"

int main(void) {
    static iso_mains mains;
    row in;

    iso_mains_init(&mains);
    while (read_row(&in)) {
        if (in.kind == 1) {
            iso_mains_gap(&mains, (uint32_t)in.first);
            continue;
        }
        if (in.kind == 0) {
            iso_mains_push(&mains, in.values);
        } else {
            for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
                in.values[lead] = (int32_t)iso_mains_amplitude(&mains, lead);
            }
        }
        in.kind = (int32_t)iso_mains_state(&mains);
        in.first = (int32_t)iso_mains_millihertz(&mains);
        print_row(&in);
    }
    return 0;
}

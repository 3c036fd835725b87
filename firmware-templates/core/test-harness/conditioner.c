/*
 * Drives iso_conditioner; the argument is the band, diagnostic or monitor.
 *
 * In:  0 sample_index microvolt[8]   push
 *      1 missing 0…                  a gap
 * Out: 0 sample_index microvolt[8]   an output
 *      1 sample_index 0…             a pacemaker spike
 *      2 mask mains millihertz 0…    before each output whose saturated leads or mains differ from
 * before
 */
#include <string.h>

#include "../iso_conditioner.h"
#include "rows.h"

#define RAIL_MICROVOLT 395000

int main(int count, char **arguments) {
    static iso_conditioner conditioner;
    static iso_highpass_linear memory;
    const bool monitor = count == 2 && strcmp(arguments[1], "monitor") == 0;
    row state = {2, 0, {0}};
    row in;

    iso_conditioner_init(&conditioner, RAIL_MICROVOLT, monitor ? &memory : NULL);
    while (read_row(&in)) {
        iso_signal_sample sample;
        uint32_t spike;

        if (in.kind == 1) {
            iso_conditioner_gap(&conditioner, (uint32_t)in.first);
            continue;
        }
        const bool output =
            iso_conditioner_push(&conditioner, (uint32_t)in.first, in.values, &sample);

        if (iso_conditioner_spike(&conditioner, &spike)) {
            const row mark = {1, (int32_t)spike, {0}};

            print_row(&mark);
        }
        if (output) {
            const int32_t saturated = iso_conditioner_saturated(&conditioner);
            const int32_t mains = (int32_t)iso_mains_state(&conditioner.mains);
            row out = {0, (int32_t)sample.sample_index, {0}};

            if (saturated != state.first || mains != state.values[0]) {
                state.first = saturated;
                state.values[0] = mains;
                state.values[1] = (int32_t)iso_mains_millihertz(&conditioner.mains);
                print_row(&state);
            }
            memcpy(out.values, sample.microvolt, sizeof out.values);
            print_row(&out);
        }
    }
    return 0;
}

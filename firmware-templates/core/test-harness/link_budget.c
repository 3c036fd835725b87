/*
 * Drives iso_link_budget.
 *
 * In:  0 baud {rate interval samples_per_frame explanations median_beats measures_beats}
 * Out: fits bits_per_s
 */
#include "../iso_link_budget.h"
#include "rows.h"

int main(void) {
    row in;
    while (read_row(&in)) {
        const iso_link_configuration configuration = {
            .baud = (uint32_t)in.first,
            .sample_rate_hz = (uint32_t)in.values[0],
            .result_interval_ms = (uint32_t)in.values[1],
            .samples_per_frame = (uint8_t)in.values[2],
            .explanations = in.values[3] != 0,
            .median_beats = in.values[4] != 0,
            .measures_beats = in.values[5] != 0,
        };
        const row out = {.kind = iso_link_fits(&configuration) ? 1 : 0,
                         .first = (int32_t)iso_link_bits_per_s(&configuration)};
        print_row(&out);
    }
    return 0;
}

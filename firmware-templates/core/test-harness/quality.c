/*
 * Drives iso_quality.
 *
 * In:  0 sample_index microvolt[8]   push
 *      1 missing 0…                  a gap
 *      2 0 0…                        print the verdict
 *      3 0 0…                        forget everything
 * Out: known sizeof reasons[8]
 */
#include "../iso_quality.h"
#include "rows.h"

#include <string.h>

int main(void) {
    static iso_quality quality;
    row in;

    iso_quality_init(&quality);
    while (read_row(&in)) {
        if (in.kind == 0) {
            iso_signal_sample sample = {.sample_index = (uint32_t)in.first};

            memcpy(sample.microvolt, in.values, sizeof sample.microvolt);
            (void)iso_quality_push(&quality, &sample);
        } else if (in.kind == 1) {
            iso_quality_gap(&quality, (uint32_t)in.first);
        } else if (in.kind == 2) {
            row out = {iso_quality_known(&quality), (int32_t)sizeof quality, {0}};

            for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
                out.values[lead] = iso_quality_of_lead(&quality, lead);
            }
            print_row(&out);
        } else {
            iso_quality_init(&quality);
        }
    }
    return 0;
}

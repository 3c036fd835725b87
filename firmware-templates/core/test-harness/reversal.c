/*
 * Drives iso_reversal.
 *
 * In:  0 0 microvolt[8]       a sample
 *      2 0 0…                 judge what has come since the last judgement
 *      3 0 0…                 print its features instead
 * Out: judged limb chest 0…   judgement
 *      3 0 features[8]        nine rows
 */
#include "../iso_reversal.h"
#include "rows.h"

int main(void) {
    static int16_t samples[2 * ISO_REVERSAL_MOST_SAMPLES * ISO_INDEPENDENT_LEADS];
    uint32_t count = 0;
    row in;

    while (read_row(&in)) {
        if (in.kind == 0) {
            for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
                samples[count * ISO_INDEPENDENT_LEADS + lead] = (int16_t)in.values[lead];
            }
            count++;
        } else if (in.kind == 2) {
            iso_reversal_result result = {ISO_REVERSAL_NONE, ISO_REVERSAL_NONE, {0}};
            int32_t features[ISO_REVERSAL_FEATURES];
            row out = {0};

            out.kind = iso_reversal_features(samples, count, features);
            if (out.kind) {
                iso_reversal_judge(features, &result);
            }
            out.first = (int32_t)result.limb;
            out.values[0] = (int32_t)result.chest;
            print_row(&out);
            count = 0;
        } else {
            int32_t features[ISO_REVERSAL_FEATURES] = {0};

            (void)iso_reversal_features(samples, count, features);
            for (unsigned at = 0; at < ISO_REVERSAL_FEATURES; at += 8) {
                row out = {3, 0, {0}};

                for (unsigned i = 0; i < 8; i++) {
                    out.values[i] = features[at + i];
                }
                print_row(&out);
            }
            count = 0;
        }
    }
    return 0;
}

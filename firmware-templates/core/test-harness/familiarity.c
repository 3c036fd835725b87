/*
 * Drives iso_familiarity.
 *
 * In:  0 0 microvolt[8]       a sample
 *      1 first values[8]      what is known of training, from this place on: mean[72] gain[72]
 *                             middle[4] half_width[4] limit direction_count, 0 up to 160,
 *                             forgiven[72] directions[…][72]
 *      2 0 0…                 compare what has come since the last comparison
 *      3 0 low high           binary logarithm of a value of two words
 * Out: 2 described unfamiliarity 0…
 *      3 0 logarithm 0…
 */
#include "../iso_familiarity.h"
#include "rows.h"

#define FEATURES ISO_REVERSAL_FEATURES
#define MIDDLE (2 * FEATURES)
#define HALF_WIDTH (MIDDLE + ISO_FAMILIARITY_MEASURES)
#define LIMIT (HALF_WIDTH + ISO_FAMILIARITY_MEASURES)
#define FORGIVEN 160
#define DIRECTIONS (FORGIVEN + FEATURES)

int main(void) {
    static int16_t samples[ISO_REVERSAL_MOST_SAMPLES * ISO_INDEPENDENT_LEADS];
    static int32_t known[DIRECTIONS + FEATURES * FEATURES];
    uint32_t count = 0;
    row in;

    while (read_row(&in)) {
        row out = {0};

        out.kind = in.kind;
        if (in.kind == 0) {
            for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
                samples[count * ISO_INDEPENDENT_LEADS + lead] = (int16_t)in.values[lead];
            }
            count++;
        } else if (in.kind == 1) {
            for (unsigned i = 0; i < 8; i++) {
                known[(unsigned)in.first + i] = in.values[i];
            }
        } else if (in.kind == 2) {
            int16_t mean[FEATURES];
            uint16_t gain[FEATURES];
            uint8_t forgiven[FEATURES];
            int8_t directions[FEATURES * FEATURES];
            iso_familiarity trained = {mean, gain, directions, forgiven, 0, 0, {0}, {0}};
            int32_t features[FEATURES];

            for (unsigned i = 0; i < FEATURES; i++) {
                mean[i] = (int16_t)known[i];
                gain[i] = (uint16_t)known[FEATURES + i];
                forgiven[i] = (uint8_t)known[FORGIVEN + i];
            }
            for (unsigned i = 0; i < FEATURES * FEATURES; i++) {
                directions[i] = (int8_t)known[DIRECTIONS + i];
            }
            for (unsigned i = 0; i < ISO_FAMILIARITY_MEASURES; i++) {
                trained.middle[i] = (int16_t)known[MIDDLE + i];
                trained.half_width[i] = (int16_t)known[HALF_WIDTH + i];
            }
            trained.limit = (uint32_t)known[LIMIT];
            trained.direction_count = (uint8_t)known[LIMIT + 1];
            if (iso_reversal_features(samples, count, features)) {
                out.first = 1;
                out.values[0] = (int32_t)iso_unfamiliarity(&trained, samples, count, features);
            }
            print_row(&out);
            count = 0;
        } else {
            const uint64_t value = (uint32_t)in.values[0] | (uint64_t)(uint32_t)in.values[1] << 32;

            out.values[0] = iso_log2_256ths(value);
            print_row(&out);
        }
    }
    return 0;
}

#include "iso_kernel.h"

/* Gradient of a softmax by rows from its probabilities: 8 fraction bits above -128 in int8, 15 in
 * int16. dx may be dy. Returns how many saturated. */
static uint32_t iso_softmax_gradient(const int16_t *dy, const int8_t *p8, const int16_t *p16,
                                     int16_t *dx, int32_t rows, int32_t columns, int32_t multiplier,
                                     uint32_t shift, int32_t limit) {
    const int64_t half = (int64_t)1 << (shift - 1U);
    const int32_t zero_point = p8 != NULL ? -128 : 0;
    const int32_t one = p8 != NULL ? 256 : 32768;
    uint32_t saturations = 0;
    for (int32_t from = 0; from < rows * columns; from += columns) {
        int64_t sum = 0;
        for (int32_t i = from; i < from + columns; i++) {
            sum += dy[i] * (iso_at(p8, p16, i) - zero_point);
        }
        for (int32_t i = from; i < from + columns; i++) {
            const int64_t share = iso_at(p8, p16, i) - zero_point;
            const int64_t product = share * ((int64_t)dy[i] * one - sum);
            const int64_t value = (product * multiplier + half) >> shift;
            const int64_t kept = value < -limit ? -limit : (value > limit ? limit : value);
            saturations += kept != value;
            dx[i] = (int16_t)kept;
        }
    }
    return saturations;
}

#include "iso_inverse_root.h"

/* value / 2^shift rounded and kept within the limit; counts what is not. A shift below 1 belongs to
 * codes that are all the same: whatever is not zero is then beyond int16. */
static int16_t iso_kept_shift(int64_t value, int32_t shift, int32_t limit, uint32_t *saturations) {
    int64_t code = 0;
    if (shift >= 1 && shift <= 62) {
        code = (value + ((int64_t)1 << (shift - 1))) >> shift;
    } else if (shift < 1 && value != 0) {
        code = value < 0 ? -(int64_t)limit - 1 : (int64_t)limit + 1;
    }
    const int64_t kept = code < -limit ? -limit : (code > limit ? limit : code);
    *saturations += kept != code;
    return (int16_t)kept;
}

/* Gradient of iso_channel_norm at each place; x is its input, dx may be dy. Returns how many
 * saturated. */
static uint32_t iso_channel_norm_gradient(const int16_t *dy, const int8_t *x, int16_t *dx,
                                          int32_t places, int32_t channels, int64_t epsilon,
                                          const int32_t *gamma, int32_t shift, int32_t limit) {
    uint32_t saturations = 0;
    for (int32_t place = 0; place < places; place++) {
        const int8_t *at = x + place * channels;
        const int16_t *from = dy + place * channels;
        int16_t *to = dx + place * channels;
        int32_t sum = 0;
        uint32_t down = 0;
        const int32_t inverse = iso_inverse_deviation(at, channels, epsilon, &sum, &down);
        int64_t total = 0, along = 0;
        for (int32_t c = 0; c < channels; c++) {
            const int32_t z = (iso_round(channels * at[c] - sum, inverse, down) + 32) >> 6;
            const int32_t g = from[c] * gamma[c];
            total += g;
            along += (int64_t)g * z;
        }
        const int64_t whole = (along + ((int64_t)1 << 13)) >> 14;
        const int64_t root = (inverse + (1 << 13)) >> 14;
        for (int32_t c = 0; c < channels; c++) {
            const int32_t z = (iso_round(channels * at[c] - sum, inverse, down) + 32) >> 6;
            const int64_t g = (int64_t)channels * (from[c] * gamma[c]) - total;
            const int64_t value = (g * (1 << 14) - z * whole + (1 << 12)) >> 13;
            to[c] = iso_kept_shift(value * root, (int32_t)down + shift, limit, &saturations);
        }
    }
    return saturations;
}

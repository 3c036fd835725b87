#include "iso_inverse_root.h"

/* Normalises the channels of each place by themselves; y may be x. */
static void iso_channel_norm(const int8_t *x, int8_t *y, int32_t places, int32_t channels,
                             int64_t epsilon, const int32_t *gamma, const int32_t *beta,
                             uint32_t shift) {
    const int64_t half = (int64_t)1 << (shift - 1U);
    for (int32_t place = 0; place < places; place++) {
        const int8_t *from = x + place * channels;
        int8_t *to = y + place * channels;
        int32_t sum = 0;
        uint32_t down = 0;
        const int32_t inverse = iso_inverse_deviation(from, channels, epsilon, &sum, &down);
        for (int32_t c = 0; c < channels; c++) {
            const int32_t z = iso_round(channels * from[c] - sum, inverse, down);
            const int64_t value = (int64_t)z * gamma[c] + (int64_t)beta[c] * 65536 + half;
            const int64_t code = value >> shift;
            to[c] = (int8_t)(code < -128 ? -128 : (code > 127 ? 127 : code));
        }
    }
}

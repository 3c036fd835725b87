#include "iso_kernel.h"

/* 1 / sqrt(v) as a multiplier of at most 30 bits; *shift goes down by one for each factor of four
 * that brings v to 60 bits. v is at least 1. */
static int32_t iso_inverse_root(uint64_t v, uint32_t *shift) {
    *shift = 36U;
    while (v < (uint64_t)1 << 60) {
        v <<= 2;
        *shift -= 1U;
    }
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 30; bit > 0U; bit >>= 1) {
        const uint64_t candidate = root | bit;
        if (candidate * candidate <= v) {
            root = candidate;
        }
    }
    return (int32_t)(((uint64_t)1 << 60) / root);
}

/* Normalises the channels of each place by themselves; y may be x. */
static void iso_channel_norm(const int8_t *x, int8_t *y, int32_t places, int32_t channels,
                             int64_t epsilon, const int32_t *gamma, const int32_t *beta,
                             uint32_t shift) {
    const int64_t half = (int64_t)1 << (shift - 1U);
    for (int32_t place = 0; place < places; place++) {
        const int8_t *from = x + place * channels;
        int8_t *to = y + place * channels;
        int32_t sum = 0, squares = 0;
        for (int32_t c = 0; c < channels; c++) {
            sum += from[c];
            squares += from[c] * from[c];
        }
        const int64_t spread = (int64_t)channels * squares - (int64_t)sum * sum;
        uint32_t down = 0;
        const int32_t inverse = iso_inverse_root((uint64_t)(spread * 256 + epsilon), &down);
        for (int32_t c = 0; c < channels; c++) {
            const int32_t z = iso_round(channels * from[c] - sum, inverse, down);
            const int64_t value = (int64_t)z * gamma[c] + (int64_t)beta[c] * 65536 + half;
            const int64_t code = value >> shift;
            to[c] = (int8_t)(code < -128 ? -128 : (code > 127 ? 127 : code));
        }
    }
}

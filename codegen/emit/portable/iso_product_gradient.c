#include "iso_kernel.h"

/* What iso_product_gradient sums over, and where the other factor lies against dY. */
typedef struct {
    int32_t positions, channels;
    int32_t sum_positions, sum_channels; /* how many of each meet in one output */
    int32_t factor_position_stride, factor_channel_stride, factor_zero_point;
} iso_product_shape;

/* Gradient of a product (or, factor NULL, of a broadcast sum), summed over the axes along which the
 * operand was broadcast. The sum is exact in 64 bits, the multiplier small enough for the product.
 * Returns how many saturated. */
static uint32_t iso_product_gradient(const int16_t *dy, const int8_t *factor, int16_t *dx,
                                     const iso_product_shape *s, const int32_t *multiplier,
                                     uint32_t shift, int32_t limit) {
    const int64_t half = (int64_t)1 << (shift - 1U);
    uint32_t saturations = 0;
    int32_t out = 0;
    for (int32_t p = 0; p < s->positions; p += s->sum_positions) {
        for (int32_t c = 0; c < s->channels; c += s->sum_channels, out++) {
            int64_t sum = 0;
            for (int32_t q = p; q < p + s->sum_positions; q++) {
                for (int32_t d = c; d < c + s->sum_channels; d++) {
                    int32_t scale = 1;
                    if (factor != NULL) {
                        scale =
                            factor[q * s->factor_position_stride + d * s->factor_channel_stride] -
                            s->factor_zero_point;
                    }
                    sum += dy[q * s->channels + d] * scale;
                }
            }
            const int64_t value = (sum * multiplier[c] + half) >> shift;
            const int64_t kept = value < -limit ? -limit : (value > limit ? limit : value);
            saturations += kept != value;
            dx[out] = (int16_t)kept;
        }
    }
    return saturations;
}

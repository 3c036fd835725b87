#include "iso_kernel.h"

/* An operand of iso_multiply: where it lies against the output, and its zero point. */
typedef struct {
    int32_t position_stride, channel_stride, zero_point;
} iso_factor;

/* Product of two activations, each whole or broadcast (stride 0) along positions or channels. */
static void iso_multiply(const int8_t *a, const int8_t *b, int8_t *y, int32_t positions,
                         int32_t channels, iso_factor fa, iso_factor fb, int32_t multiplier,
                         uint32_t shift, int32_t zero_point, int32_t low) {
    int32_t out = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, out++) {
            const int32_t value_a = a[p * fa.position_stride + c * fa.channel_stride];
            const int32_t value_b = b[p * fb.position_stride + c * fb.channel_stride];
            const int32_t product = (value_a - fa.zero_point) * (value_b - fb.zero_point);
            const int32_t value = iso_round(product, multiplier, shift) + zero_point;
            y[out] = (int8_t)iso_clamp(value, low, 127);
        }
    }
}

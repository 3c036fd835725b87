#include "iso_kernel.h"

/* An operand of iso_broadcast_add: where it lies against the output, and its factor, which is
 * negative in a difference. */
typedef struct {
    int32_t position_stride, channel_stride, multiplier;
} iso_summand;

/* Sum of two activations, each whole or broadcast (stride 0) along positions or channels; the bias
 * holds the zero points and the rounding half. */
static void iso_broadcast_add(const int8_t *a, const int8_t *b, int8_t *y, int32_t positions,
                              int32_t channels, iso_summand sa, iso_summand sb, int32_t bias,
                              uint32_t shift, int32_t low) {
    int32_t out = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, out++) {
            const int32_t value_a = a[p * sa.position_stride + c * sa.channel_stride];
            const int32_t value_b = b[p * sb.position_stride + c * sb.channel_stride];
            const int32_t sum = value_a * sa.multiplier + value_b * sb.multiplier + bias;
            y[out] = (int8_t)iso_clamp(sum >> shift, low, 127);
        }
    }
}

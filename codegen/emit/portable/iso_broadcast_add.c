#include "iso_kernel.h"

/* An operand of iso_broadcast_add: where it lies against the output, and its factor, which is
 * negative in a difference. */
typedef struct {
    int32_t position_stride, channel_stride, multiplier;
} iso_summand;

/* Sum of two activations, each whole or broadcast (stride 0) along positions or channels; the bias
 * holds the zero points and the rounding half. */
static void iso_broadcast_add(const int8_t *a8, const int16_t *a16, const int8_t *b8,
                              const int16_t *b16, int8_t *y8, int16_t *y16, int32_t positions,
                              int32_t channels, iso_summand sa, iso_summand sb, int32_t bias,
                              uint32_t shift, int32_t low, int32_t high) {
    int32_t out = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, out++) {
            const int32_t a = iso_at(a8, a16, p * sa.position_stride + c * sa.channel_stride);
            const int32_t b = iso_at(b8, b16, p * sb.position_stride + c * sb.channel_stride);
            const int32_t sum = a * sa.multiplier + b * sb.multiplier + bias;
            iso_put(y8, y16, out, iso_clamp(sum >> shift, low, high));
        }
    }
}

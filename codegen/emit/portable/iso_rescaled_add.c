#include "iso_kernel.h"

/* How the operands lie against the output (0: broadcast), how they and their sum are rescaled. */
typedef struct {
    int32_t position_stride_a, channel_stride_a, position_stride_b, channel_stride_b;
    int32_t offset_a, multiplier_a, offset_b, multiplier_b, multiplier, offset;
    uint32_t shift_a, shift_b, shift;
} iso_rescaled_add_scales;

/* Sum of two activations in TFLite's order: 20 bits of room, each term rescaled by itself. */
static void iso_rescaled_add(const int8_t *a, const int8_t *b, int8_t *y, int32_t positions,
                             int32_t channels, const iso_rescaled_add_scales *s, int32_t low,
                             int32_t high) {
    int32_t out = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, out++) {
            const int32_t value_a = a[p * s->position_stride_a + c * s->channel_stride_a];
            const int32_t value_b = b[p * s->position_stride_b + c * s->channel_stride_b];
            const int32_t term_a =
                iso_round((value_a + s->offset_a) * 1048576, s->multiplier_a, s->shift_a);
            const int32_t term_b =
                iso_round((value_b + s->offset_b) * 1048576, s->multiplier_b, s->shift_b);
            const int32_t sum = iso_round(term_a + term_b, s->multiplier, s->shift) + s->offset;
            y[out] = (int8_t)iso_clamp(sum, low, high);
        }
    }
}

#include "iso_kernel.h"

/* Scaled by one factor above the zero point and by the channel's slope below it. */
static void iso_prelu(const int8_t *x, int8_t *y, int32_t positions, int32_t channels,
                      int32_t input_zero_point, int32_t multiplier, const int32_t *slope,
                      uint32_t shift, int32_t zero_point) {
    int32_t i = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, i++) {
            const int32_t value = x[i] - input_zero_point;
            const int32_t factor = value > 0 ? multiplier : slope[c];
            y[i] = (int8_t)iso_clamp(iso_round(value, factor, shift) + zero_point, -128, 127);
        }
    }
}

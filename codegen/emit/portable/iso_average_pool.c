#include "iso_kernel.h"

/* Mean over all positions. */
static void iso_average_pool(const int8_t *x, int8_t *y, int32_t positions, int32_t channels,
                             int32_t bias, int32_t multiplier, uint32_t shift) {
    for (int32_t c = 0; c < channels; c++) {
        int32_t sum = bias;
        for (int32_t p = 0; p < positions; p++) {
            sum += x[p * channels + c];
        }
        y[c] = (int8_t)iso_clamp(iso_round(sum, multiplier, shift), -128, 127);
    }
}

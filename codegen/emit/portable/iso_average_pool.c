#include "iso_kernel.h"

/* Mean over all positions. */
static void iso_average_pool(const int8_t *x8, const int16_t *x16, int8_t *y8, int16_t *y16,
                             int32_t positions, int32_t channels, int32_t bias, int32_t multiplier,
                             uint32_t shift, int32_t low, int32_t high) {
    for (int32_t c = 0; c < channels; c++) {
        int32_t sum = bias;
        for (int32_t p = 0; p < positions; p++) {
            sum += iso_at(x8, x16, p * channels + c);
        }
        iso_put(y8, y16, c, iso_clamp(iso_round(sum, multiplier, shift), low, high));
    }
}

#include "iso_kernel.h"

/* Gradient times one factor where the input was above zero, else times the channel's slope; returns
 * how many saturated. */
static uint32_t iso_prelu_gradient(const int16_t *dy, const uint8_t *signs, int16_t *dx,
                                   int32_t positions, int32_t channels, const int32_t *multiplier,
                                   const int32_t *slope, uint32_t shift, int32_t limit) {
    uint32_t saturations = 0;
    int32_t i = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, i++) {
            const int32_t factor = iso_kept(signs, i) ? multiplier[c] : slope[c];
            const int32_t value = iso_round(dy[i], factor, shift);
            const int32_t kept = iso_clamp(value, -limit, limit);
            saturations += kept != value;
            dx[i] = (int16_t)kept;
        }
    }
    return saturations;
}

#include "iso_kernel.h"

/* Gradient times the slope at the look-up's argument; returns how many saturated. */
static uint32_t iso_lookup_gradient(const int16_t *dy, const int8_t *x, int16_t *dx,
                                    int32_t positions, int32_t channels, const int16_t *slope,
                                    const int32_t *multiplier, uint32_t shift, int32_t limit) {
    uint32_t saturations = 0;
    int32_t i = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, i++) {
            const int32_t value = iso_round(dy[i] * slope[x[i] + 128], multiplier[c], shift);
            const int32_t kept = iso_clamp(value, -limit, limit);
            saturations += kept != value;
            dx[i] = (int16_t)kept;
        }
    }
    return saturations;
}

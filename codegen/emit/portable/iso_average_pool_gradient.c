#include "iso_kernel.h"

/* Spreads the gradient of a mean over its positions; returns how many channels saturated. */
static uint32_t iso_average_pool_gradient(const int16_t *dy, int16_t *dx, int32_t positions,
                                          int32_t channels, const int32_t *multiplier,
                                          uint32_t shift, const uint8_t *mask, int32_t limit) {
    uint32_t saturations = 0;
    for (int32_t c = 0; c < channels; c++) {
        const int32_t value = iso_round(dy[c], multiplier[c], shift);
        const int32_t kept = iso_clamp(value, -limit, limit);
        saturations += kept != value;
        for (int32_t p = 0; p < positions; p++) {
            const int32_t to = p * channels + c;
            dx[to] = (int16_t)(iso_kept(mask, to) ? kept : 0);
        }
    }
    return saturations;
}

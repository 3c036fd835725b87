#include "iso_kernel.h"

/* Sum of two gradients that meet at a fork, or (b NULL) one gradient in another scale; returns how
 * many saturated. */
static uint32_t iso_gradient_merge(const int16_t *a, const int16_t *b, int16_t *dx,
                                   int32_t positions, int32_t channels, const int32_t *multiplier_a,
                                   const int32_t *multiplier_b, uint32_t shift, const uint8_t *mask,
                                   int32_t limit) {
    uint32_t saturations = 0;
    int32_t i = 0;
    for (int32_t p = 0; p < positions; p++) {
        for (int32_t c = 0; c < channels; c++, i++) {
            if (!iso_kept(mask, i)) {
                dx[i] = 0;
                continue;
            }
            int32_t value = iso_round(a[i], multiplier_a[c], shift);
            if (b != NULL) {
                value += iso_round(b[i], multiplier_b[c], shift);
            }
            const int32_t kept = iso_clamp(value, -limit, limit);
            saturations += kept != value;
            dx[i] = (int16_t)kept;
        }
    }
    return saturations;
}

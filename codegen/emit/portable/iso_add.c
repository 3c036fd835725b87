#include "iso_kernel.h"

/* Sum of two activations in a third scale; the bias holds the zero points and the rounding half. */
static void iso_add(const int8_t *a8, const int16_t *a16, const int8_t *b8, const int16_t *b16,
                    int8_t *y8, int16_t *y16, int32_t elements, int32_t multiplier_a,
                    int32_t multiplier_b, int32_t bias, uint32_t shift, int32_t low, int32_t high) {
    for (int32_t i = 0; i < elements; i++) {
        const int32_t a = iso_at(a8, a16, i), b = iso_at(b8, b16, i);
        const int32_t sum = a * multiplier_a + b * multiplier_b + bias;
        iso_put(y8, y16, i, iso_clamp(sum >> shift, low, high));
    }
}

#include "iso_kernel.h"

/* Sum of two activations in a third scale; the bias holds the zero points and the rounding half. */
static void iso_add(const int8_t *a, const int8_t *b, int8_t *y, int32_t elements,
                    int32_t multiplier_a, int32_t multiplier_b, int32_t bias, uint32_t shift,
                    int32_t low) {
    for (int32_t i = 0; i < elements; i++) {
        const int32_t sum = a[i] * multiplier_a + b[i] * multiplier_b + bias;
        y[i] = (int8_t)iso_clamp(sum >> shift, low, 127);
    }
}

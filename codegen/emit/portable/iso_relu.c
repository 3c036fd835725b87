#include "iso_kernel.h"

/* y = max(x, zero point). */
static void iso_relu(const int8_t *x8, const int16_t *x16, int8_t *y8, int16_t *y16,
                     int32_t elements, int32_t zero_point) {
    for (int32_t i = 0; i < elements; i++) {
        const int32_t value = iso_at(x8, x16, i);
        iso_put(y8, y16, i, value > zero_point ? value : zero_point);
    }
}

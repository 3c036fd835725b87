#include "iso_kernel.h"

/* An int8 answer as int16 steps above its zero. */
static void iso_widen(const int8_t *x, int16_t *y, int32_t elements, int32_t zero_point) {
    for (int32_t i = 0; i < elements; i++) {
        y[i] = (int16_t)(x[i] - zero_point);
    }
}

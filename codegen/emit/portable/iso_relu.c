#include "iso_kernel.h"

/* y = max(x, zero point). */
static void iso_relu(const int8_t *x, int8_t *y, int32_t elements, int32_t zero_point) {
    for (int32_t i = 0; i < elements; i++) {
        y[i] = x[i] > zero_point ? x[i] : (int8_t)zero_point;
    }
}

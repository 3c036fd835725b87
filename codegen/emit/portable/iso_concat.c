#include "iso_kernel.h"

/* One part of a concatenation: `elements` neighbours of each row, written from element `first` of
 * the output's row on and brought to its scale; the bias holds both zero points and the rounding
 * half. */
static void iso_concat(const int8_t *x8, const int16_t *x16, int8_t *y8, int16_t *y16, int32_t rows,
                       int32_t elements, int32_t first, int32_t row, int32_t multiplier,
                       int32_t bias, uint32_t shift, int32_t low, int32_t high) {
    int32_t from = 0;
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t i = 0; i < elements; i++, from++) {
            const int32_t value = (iso_at(x8, x16, from) * multiplier + bias) >> shift;
            iso_put(y8, y16, first + i, iso_clamp(value, low, high));
        }
        first += row;
    }
}

#include "iso_kernel.h"

/* One part of a concatenation: `elements` neighbours of each row, brought to the output's scale;
 * the bias holds both zero points and the rounding half. */
static void iso_concat(const int8_t *x, int8_t *y, int32_t rows, int32_t elements, int32_t row,
                       int32_t multiplier, int32_t bias, uint32_t shift, int32_t low) {
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t i = 0; i < elements; i++) {
            y[i] = (int8_t)iso_clamp((*x++ * multiplier + bias) >> shift, low, 127);
        }
        y += row;
    }
}

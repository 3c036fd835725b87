#include "iso_kernel.h"

/* How the terms and their sum are rescaled; scale, shift and offset of each. */
typedef struct {
    int32_t offset_a, multiplier_a, offset_b, multiplier_b, multiplier, offset;
    uint32_t shift_a, shift_b, shift;
} iso_rescaled_add_scales;

/* Sum of two activations in TFLite's order: 20 bits of room, each term rescaled by itself. */
static void iso_rescaled_add(const int8_t *a, const int8_t *b, int8_t *y, int32_t elements,
                             const iso_rescaled_add_scales *s, int32_t low, int32_t high) {
    for (int32_t i = 0; i < elements; i++) {
        const int32_t term_a =
            iso_round((a[i] + s->offset_a) * 1048576, s->multiplier_a, s->shift_a);
        const int32_t term_b =
            iso_round((b[i] + s->offset_b) * 1048576, s->multiplier_b, s->shift_b);
        const int32_t sum = iso_round(term_a + term_b, s->multiplier, s->shift) + s->offset;
        y[i] = (int8_t)iso_clamp(sum, low, high);
    }
}

#include "../portable/iso_kernel.h"

/* (((value * multiplier) >> 32) + round) >> shift: the one rounding, for shifts of 33 and more. */
typedef struct {
    int32_t multiplier, round;
    uint32_t shift;
} iso_dsp_scale;

static inline int32_t iso_dsp_rescale(int32_t value, iso_dsp_scale s) {
    int32_t result;
    __asm__("smmla %0, %1, %2, %3" : "=r"(result) : "r"(value), "r"(s.multiplier), "r"(s.round));
    return result >> s.shift;
}

/* Terms a and b with two bits more room than TFLite's 20, so that their shift is 33 at least; the
 * offsets are in their steps. */
typedef struct {
    int32_t offset_a, offset_b;
    iso_dsp_scale a, b, sum;
} iso_dsp_rescaled_scales;

static void iso_dsp_rescaled_add(const int8_t *a, const int8_t *b, int8_t *y, int32_t elements,
                                 const iso_dsp_rescaled_scales *scales, int32_t low, int32_t high) {
    const iso_dsp_rescaled_scales s = *scales;
    for (int32_t i = 0; i < elements; i++) {
        const int32_t term_a = iso_dsp_rescale(a[i] * 4194304 + s.offset_a, s.a);
        const int32_t term_b = iso_dsp_rescale(b[i] * 4194304 + s.offset_b, s.b);
        y[i] = (int8_t)iso_clamp(iso_dsp_rescale(term_a + term_b, s.sum), low, high);
    }
}

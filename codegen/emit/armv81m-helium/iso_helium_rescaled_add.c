#include "iso_helium.h"

/* Shifts to the left in front of each product, to the right behind its high word. */
typedef struct {
    int32_t offset_a, left_a, multiplier_a, right_a;
    int32_t offset_b, left_b, multiplier_b, right_b;
    int32_t multiplier, right, offset;
} iso_helium_add_scales;

/* One rounding: the high word of the product, then a rounding shift to the right of at least one.
 */
static inline int32x4_t iso_helium_rescale(int32x4_t value, int32_t multiplier, int32_t right) {
    return vrshlq_n_s32(vmulhq_s32(value, vdupq_n_s32(multiplier)), -right);
}

/* Sum of two tensors in scales of their own, four elements at a time. */
static void iso_helium_rescaled_add(const int8_t *a, const int8_t *b, int8_t *y, int32_t elements,
                                    const iso_helium_add_scales *s, int32_t low, int32_t high) {
    const iso_helium_add_scales by = *s;
    const int32x4_t lowest = vdupq_n_s32(low), highest = vdupq_n_s32(high);
    for (int32_t left = elements; left > 0; left -= 4) {
        const mve_pred16_t lanes = vctp32q((uint32_t)left);
        const int32x4_t from_a = vaddq_n_s32(vldrbq_z_s32(a, lanes), by.offset_a);
        const int32x4_t from_b = vaddq_n_s32(vldrbq_z_s32(b, lanes), by.offset_b);
        const int32x4_t term_a =
            iso_helium_rescale(vshlq_r_s32(from_a, by.left_a), by.multiplier_a, by.right_a);
        const int32x4_t term_b =
            iso_helium_rescale(vshlq_r_s32(from_b, by.left_b), by.multiplier_b, by.right_b);
        const int32x4_t sum =
            iso_helium_rescale(vaddq_s32(term_a, term_b), by.multiplier, by.right);
        const int32x4_t value = vaddq_n_s32(sum, by.offset);
        vstrbq_p_s32(y, vminq_s32(vmaxq_s32(value, lowest), highest), lanes);
        a += 4;
        b += 4;
        y += 4;
    }
}

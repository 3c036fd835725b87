#include "iso_helium.h"

/* As many int8 values as int16 sums hold. */
#define ISO_POOL_TOGETHER 255

/* Mean over all positions, eight channels at a time; the shift is the one behind a product's
 * doubled high word. */
static void iso_helium_average_pool(const int8_t *x, int8_t *y, int32_t positions, int32_t channels,
                                    int32_t bias, int32_t multiplier, int32_t shift, int32_t low,
                                    int32_t high) {
    for (int32_t c = 0; c < channels; c += 8) {
        const mve_pred16_t lanes = vctp16q((uint32_t)(channels - c));
        const int8_t *from = x + c;
        int32x4_t even = vdupq_n_s32(bias), odd = even;
        for (int32_t p = 0; p < positions; p += ISO_POOL_TOGETHER) {
            const int32_t left = positions - p;
            const int32_t count = left < ISO_POOL_TOGETHER ? left : ISO_POOL_TOGETHER;
            int16x8_t sums = vdupq_n_s16(0);
            for (int32_t i = 0; i < count; i++) {
                sums = vaddq_s16(sums, vldrbq_z_s16(from, lanes));
                from += channels;
            }
            even = vaddq_s32(even, vmovlbq_s16(sums));
            odd = vaddq_s32(odd, vmovltq_s16(sums));
        }
        even = vrshlq_n_s32(vqdmulhq_n_s32(even, multiplier), -shift);
        odd = vrshlq_n_s32(vqdmulhq_n_s32(odd, multiplier), -shift);
        int16x8_t codes = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), even), odd);
        codes = vminq_s16(codes, vdupq_n_s16((int16_t)high));
        codes = vmaxq_s16(codes, vdupq_n_s16((int16_t)low));
        vstrbq_p_s16(y + c, codes, lanes);
    }
}

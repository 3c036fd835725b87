#include "iso_neon.h"

/* As iso_average_pool, from int8 to int8: sixteen channels side by side. */
static void iso_neon_average_pool(const int8_t *x, int8_t *y, int32_t positions, int32_t channels,
                                  int32_t bias, int32_t multiplier, uint32_t shift, int32_t low,
                                  int32_t high) {
    int32_t c = 0;
    for (; c + 16 <= channels; c += 16) {
        int32x4_t sums[4];
        int32_t totals[16];
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            sums[v] = vdupq_n_s32(bias);
        }
        for (int32_t p = 0; p < positions; p++) {
            const int8x16_t values = vld1q_s8(x + p * channels + c);
            const int16x8_t a = vmovl_s8(vget_low_s8(values)), b = vmovl_high_s8(values);
            sums[0] = vaddw_s16(sums[0], vget_low_s16(a));
            sums[1] = vaddw_high_s16(sums[1], a);
            sums[2] = vaddw_s16(sums[2], vget_low_s16(b));
            sums[3] = vaddw_high_s16(sums[3], b);
        }
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            vst1q_s32(totals + 4 * v, sums[v]);
        }
        for (int32_t i = 0; i < 16; i++) {
            y[c + i] = (int8_t)iso_clamp(iso_round(totals[i], multiplier, shift), low, high);
        }
    }
    for (; c < channels; c++) {
        int32_t sum = bias;
        for (int32_t p = 0; p < positions; p++) {
            sum += x[p * channels + c];
        }
        y[c] = (int8_t)iso_clamp(iso_round(sum, multiplier, shift), low, high);
    }
}

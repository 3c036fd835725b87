#include "iso_helium.h"

/* Mean over all positions, four channels at a time. */
static void iso_helium_average_pool(const int8_t *x, int8_t *y, int32_t positions, int32_t channels,
                                    int32_t bias, int32_t multiplier, uint32_t shift, int32_t low,
                                    int32_t high) {
    for (int32_t c = 0; c < channels; c += 4) {
        const int32_t left = channels - c;
        const int32_t count = left < 4 ? left : 4;
        const mve_pred16_t lanes = vctp32q((uint32_t)count);
        const int8_t *from = x + c;
        int32x4_t sums = vdupq_n_s32(bias);
        for (int32_t p = 0; p < positions; p++) {
            sums = vaddq_s32(sums, vldrbq_z_s32(from, lanes));
            from += channels;
        }
        int32_t each[4];
        vst1q_s32(each, sums);
        for (int32_t i = 0; i < count; i++) {
            const int32_t mean = iso_round(each[i], multiplier, shift);
            y[c + i] = (int8_t)iso_clamp(mean, low, high);
        }
    }
}

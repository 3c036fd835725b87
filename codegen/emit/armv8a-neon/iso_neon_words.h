/* int16 signals as they are. */
#ifndef ISO_NEON_WORDS_H
#define ISO_NEON_WORDS_H

#include "iso_neon.h"

static const iso_staged_form iso_neon_words = {iso_neon_copy16, iso_neon_fill16, 2, 2};

/* Each channel of int16 values by itself, sixteen side by side: adds one position's products. */
ISO_INLINE void iso_neon_depthwise_words(const iso_staged_tile *tile, const void *weights,
                                         int32_t position, int32x4_t sums[4]) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int8_t *w = (const int8_t *)weights + phase->weights +
                      tile->channel / ISO_STAGED_CHANNELS * phase->block_weights;
    const int16_t *x = (const int16_t *)tile->staged + tile->at[position] + tile->channel;
    for (int32_t s = 0; s < phase->segments; s++, w += ISO_STAGED_CHANNELS) {
        const int8x16_t bytes = vld1q_s8(w);
        const int16x8_t wa = vmovl_s8(vget_low_s8(bytes)), wb = vmovl_high_s8(bytes);
        const int16x8_t a = vld1q_s16(x + offsets[s]), b = vld1q_s16(x + offsets[s] + 8);
        sums[0] = vmlal_s16(sums[0], vget_low_s16(wa), vget_low_s16(a));
        sums[1] = vmlal_high_s16(sums[1], wa, a);
        sums[2] = vmlal_s16(sums[2], vget_low_s16(wb), vget_low_s16(b));
        sums[3] = vmlal_high_s16(sums[3], wb, b);
    }
}

#endif

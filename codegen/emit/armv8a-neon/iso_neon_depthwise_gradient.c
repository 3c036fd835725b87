#include "iso_neon_finish_gradient.h"

/* Each channel by itself, sixteen side by side. */
ISO_INLINE uint32_t iso_neon_depthwise_gradient_position(const iso_staged_gradient *layer,
                                                         const iso_staged_tile *tile,
                                                         int32_t position) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int8_t *w = (const int8_t *)layer->weights + phase->weights +
                      tile->channel / ISO_STAGED_CHANNELS * phase->block_weights;
    const int16_t *dy = (const int16_t *)tile->staged + tile->at[position] + tile->channel;
    int32x4_t sums[4];
    ISO_UNROLLED
    for (int32_t v = 0; v < 4; v++) {
        sums[v] = vdupq_n_s32(0);
    }
    for (int32_t s = 0; s < phase->segments; s++, w += ISO_STAGED_CHANNELS) {
        const int8x16_t bytes = vld1q_s8(w);
        const int16x8_t wa = vmovl_s8(vget_low_s8(bytes)), wb = vmovl_high_s8(bytes);
        const int16x8_t a = vld1q_s16(dy + offsets[s]), b = vld1q_s16(dy + offsets[s] + 8);
        sums[0] = vmlal_s16(sums[0], vget_low_s16(wa), vget_low_s16(a));
        sums[1] = vmlal_high_s16(sums[1], wa, a);
        sums[2] = vmlal_s16(sums[2], vget_low_s16(wb), vget_low_s16(b));
        sums[3] = vmlal_high_s16(sums[3], wb, b);
    }
    return iso_neon_finish_gradient(layer, tile, position, 4, sums);
}

static uint32_t iso_neon_depthwise_gradient_compute(const void *context,
                                                    const iso_staged_tile *tile) {
    uint32_t saturations = 0;
    for (int32_t p = 0; p < tile->count; p++) {
        saturations += iso_neon_depthwise_gradient_position(context, tile, p);
    }
    return saturations;
}

/* As iso_conv_gradient with as many groups as channels. */
static uint32_t iso_neon_depthwise_gradient(const int16_t *dy, const iso_staged_plan *plan,
                                            void *scratch, const iso_staged_gradient *layer) {
    return iso_staged_run(plan, &iso_neon_gradients, dy, scratch, 0,
                          iso_neon_depthwise_gradient_compute, layer);
}

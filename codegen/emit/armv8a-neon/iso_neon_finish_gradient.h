/* Sums of one position of a gradient to int16. */
#ifndef ISO_FINISHGRADIENT_H
#define ISO_FINISHGRADIENT_H

#include "iso_neon.h"

ISO_INLINE int32x4_t iso_neon_gradient_round(const iso_staged_gradient *layer, int32x4_t sum,
                                             int32x4_t by) {
    return layer->shift == 32 ? iso_neon_round_32(sum, by)
                              : iso_neon_round(sum, by, vdupq_n_s32(-layer->shift));
}

/* A position some of whose values may be beyond the limit. Returns how many of the kept ones. */
static uint32_t iso_neon_saturate_gradient(const iso_staged_gradient *layer,
                                           const iso_staged_tile *tile, int32_t position,
                                           const int32x4_t sums[4]) {
    int32_t values[ISO_STAGED_CHANNELS];
    for (int32_t v = 0; v < 4; v++) {
        const int32x4_t by = vld1q_s32(layer->multiplier + tile->channel + 4 * v);
        vst1q_s32(values + 4 * v, iso_neon_gradient_round(layer, sums[v], by));
    }
    const int32_t to = tile->output[position] * tile->plan->output_channels + tile->channel;
    const uint32_t kept = iso_staged_bits(layer->mask, to, tile->channels);
    uint32_t saturations = 0;
    for (int32_t c = 0; c < tile->channels; c++) {
        const uint32_t keep = (kept >> c) & 1U;
        const int32_t clamped = iso_clamp(values[c], -layer->limit, layer->limit);
        saturations += keep & (uint32_t)(clamped != values[c]);
        layer->dx[to + c] = (int16_t)(keep != 0U ? clamped : 0);
    }
    return saturations;
}

/* All positions of a tile; returns how many of the kept values saturated. */
static uint32_t iso_neon_finish_gradient(const iso_staged_gradient *layer,
                                         const iso_staged_tile *tile, const int32x4_t sums[4][4]) {
    static const uint16_t powers[ISO_STAGED_CHANNELS] = {
        1U << 0, 1U << 1, 1U << 2,  1U << 3,  1U << 4,  1U << 5,  1U << 6,  1U << 7,
        1U << 8, 1U << 9, 1U << 10, 1U << 11, 1U << 12, 1U << 13, 1U << 14, 1U << 15};
    const uint16x8_t power_a = vld1q_u16(powers), power_b = vld1q_u16(powers + 8);
    int32x4_t by[4];
    ISO_UNROLLED
    for (int32_t v = 0; v < 4; v++) {
        by[v] = vld1q_s32(layer->multiplier + tile->channel + 4 * v);
    }
    uint32x4_t most = vdupq_n_u32(0);
    for (int32_t p = 0; p < tile->count; p++) {
        int32x4_t values[4];
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            values[v] = iso_neon_gradient_round(layer, sums[p][v], by[v]);
            most = vmaxq_u32(most, vreinterpretq_u32_s32(vabsq_s32(values[v])));
        }
        int16x8_t a = vmovn_high_s32(vmovn_s32(values[0]), values[1]);
        int16x8_t b = vmovn_high_s32(vmovn_s32(values[2]), values[3]);
        const int32_t to = tile->output[p] * tile->plan->output_channels + tile->channel;
        if (layer->mask != NULL) {
            const uint32_t bits = iso_staged_bits(layer->mask, to, tile->channels);
            const uint16x8_t map = vdupq_n_u16((uint16_t)bits);
            a = vandq_s16(a, vreinterpretq_s16_u16(vtstq_u16(map, power_a)));
            b = vandq_s16(b, vreinterpretq_s16_u16(vtstq_u16(map, power_b)));
        }
        if (tile->channels == ISO_STAGED_CHANNELS) {
            vst1q_s16(layer->dx + to, a);
            vst1q_s16(layer->dx + to + 8, b);
        } else {
            int16_t some[ISO_STAGED_CHANNELS];
            vst1q_s16(some, a);
            vst1q_s16(some + 8, b);
            memcpy(layer->dx + to, some, (size_t)tile->channels * sizeof(int16_t));
        }
    }
    uint32_t saturations = 0;
    if (vmaxvq_u32(most) > (uint32_t)layer->limit) {
        for (int32_t p = 0; p < tile->count; p++) {
            saturations += iso_neon_saturate_gradient(layer, tile, p, sums[p]);
        }
    }
    return saturations;
}

#endif

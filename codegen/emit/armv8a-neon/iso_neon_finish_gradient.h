/* Sums of one position of a gradient to int16. */
#ifndef ISO_FINISHGRADIENT_H
#define ISO_FINISHGRADIENT_H

#include "iso_neon.h"

/* Returns how many of the kept values saturated. */
ISO_INLINE uint32_t iso_neon_finish_gradient(const iso_staged_gradient *layer,
                                             const iso_staged_tile *tile, int32_t position,
                                             int32_t vectors, const int32x4_t sums[4]) {
    static const uint16_t powers[ISO_STAGED_CHANNELS] = {
        1U << 0, 1U << 1, 1U << 2,  1U << 3,  1U << 4,  1U << 5,  1U << 6,  1U << 7,
        1U << 8, 1U << 9, 1U << 10, 1U << 11, 1U << 12, 1U << 13, 1U << 14, 1U << 15};
    const int32_t *multiplier = layer->multiplier + tile->channel;
    const int32x4_t limit = vdupq_n_s32(layer->limit), least = vdupq_n_s32(-layer->limit);
    const int32x4_t left = vdupq_n_s32(-layer->shift), zero = vdupq_n_s32(0);
    int32x4_t values[4] = {zero, zero, zero, zero};
    uint32x4_t exact[4];
    ISO_UNROLLED
    for (int32_t v = 0; v < 4; v++) {
        if (v < vectors) {
            const int32x4_t by = vld1q_s32(multiplier + 4 * v);
            const int32x4_t value = layer->shift == 32 ? iso_neon_round_32(sums[v], by)
                                                       : iso_neon_round(sums[v], by, left);
            values[v] = vminq_s32(vmaxq_s32(value, least), limit);
            exact[v] = vceqq_s32(values[v], value);
        } else {
            exact[v] = vdupq_n_u32(UINT32_MAX);
        }
    }
    const int32_t to = tile->output[position] * tile->plan->output_channels + tile->channel;
    const uint32_t bits = iso_staged_bits(layer->mask, to, tile->channels);
    const uint16x8_t map = vdupq_n_u16((uint16_t)bits);
    const uint16x8_t kept_a = vtstq_u16(map, vld1q_u16(powers));
    const uint16x8_t kept_b = vtstq_u16(map, vld1q_u16(powers + 8));
    const uint16x8_t exact_a = vmovn_high_u32(vmovn_u32(exact[0]), exact[1]);
    const uint16x8_t exact_b = vmovn_high_u32(vmovn_u32(exact[2]), exact[3]);
    const uint16x8_t ones = vdupq_n_u16(1);
    const uint16x8_t saturated = vaddq_u16(vandq_u16(vbicq_u16(kept_a, exact_a), ones),
                                           vandq_u16(vbicq_u16(kept_b, exact_b), ones));
    int16x8_t a = vmovn_high_s32(vmovn_s32(values[0]), values[1]);
    int16x8_t b = vmovn_high_s32(vmovn_s32(values[2]), values[3]);
    a = vandq_s16(a, vreinterpretq_s16_u16(kept_a));
    b = vandq_s16(b, vreinterpretq_s16_u16(kept_b));
    if (tile->channels == ISO_STAGED_CHANNELS) {
        vst1q_s16(layer->dx + to, a);
        vst1q_s16(layer->dx + to + 8, b);
    } else {
        int16_t some[ISO_STAGED_CHANNELS];
        vst1q_s16(some, a);
        vst1q_s16(some + 8, b);
        memcpy(layer->dx + to, some, (size_t)tile->channels * sizeof(int16_t));
    }
    return vaddvq_u16(saturated);
}

#endif

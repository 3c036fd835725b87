/* Sums of one output position to int8 or int16. */
#ifndef ISO_FINISH_H
#define ISO_FINISH_H

#include "iso_neon.h"

static void iso_neon_copy8(void *staged, const void *source, int32_t count) {
    memcpy(staged, source, (size_t)count);
}

static void iso_neon_fill8(void *staged, int32_t value, int32_t count) {
    memset(staged, value, (size_t)count);
}

static const iso_staged_form iso_neon_bytes = {iso_neon_copy8, iso_neon_fill8, 1, 1};

/* Any tile of any layer: networks of other tools have a shift for each channel, of 31 to 62. */
static void iso_neon_finish_any(const iso_staged_conv *layer, const iso_staged_tile *tile,
                                int32_t sums[4][ISO_STAGED_CHANNELS]) {
    const int32x4_t offset = vdupq_n_s32(layer->offset);
    const int16x8_t low = vdupq_n_s16((int16_t)layer->low);
    const int16x8_t high = vdupq_n_s16((int16_t)layer->high);
    int32x4_t by[4];
    /* To the left by a negative number, of two channels each. */
    int64x2_t left[4][2];
    ISO_UNROLLED
    for (int32_t v = 0; v < 4; v++) {
        const int32x4_t shift = layer->shifts == NULL
                                    ? vdupq_n_s32(layer->shift)
                                    : vld1q_s32(layer->shifts + tile->channel + 4 * v);
        by[v] = vld1q_s32(layer->multiplier + tile->channel + 4 * v);
        left[v][0] = vnegq_s64(vmovl_s32(vget_low_s32(shift)));
        left[v][1] = vnegq_s64(vmovl_high_s32(shift));
    }
    for (int32_t p = 0; p < tile->count; p++) {
        int32x4_t values[4];
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            const int32x4_t sum = vld1q_s32(sums[p] + 4 * v);
            const int64x2_t a = vmull_s32(vget_low_s32(sum), vget_low_s32(by[v]));
            const int64x2_t b = vmull_high_s32(sum, by[v]);
            const int32x2_t rounded = vmovn_s64(vrshlq_s64(a, left[v][0]));
            values[v] = vmovn_high_s64(rounded, vrshlq_s64(b, left[v][1]));
            values[v] = vaddq_s32(values[v], offset);
        }
        int16x8_t a = vqmovn_high_s32(vqmovn_s32(values[0]), values[1]);
        int16x8_t b = vqmovn_high_s32(vqmovn_s32(values[2]), values[3]);
        a = vminq_s16(vmaxq_s16(a, low), high);
        b = vminq_s16(vmaxq_s16(b, low), high);
        const int8x16_t bytes = vmovn_high_s16(vmovn_s16(a), b);
        const int32_t to = tile->output[p] * tile->plan->output_channels + tile->channel;
        if (layer->y8 != NULL && tile->channels == ISO_STAGED_CHANNELS) {
            vst1q_s8(layer->y8 + to, bytes);
        } else if (layer->y8 != NULL) {
            int8_t some[ISO_STAGED_CHANNELS];
            vst1q_s8(some, bytes);
            memcpy(layer->y8 + to, some, (size_t)tile->channels);
        } else {
            int16_t some[ISO_STAGED_CHANNELS];
            vst1q_s16(some, a);
            vst1q_s16(some + 8, b);
            memcpy(layer->y16 + to, some, (size_t)tile->channels * sizeof some[0]);
        }
    }
}

/* int8, sixteen channels and one shift from 32 to 48: what stands at the multiplication's upper
 * word is shifted on, and the offset is added below it, with the half. */
ISO_INLINE int iso_neon_is_usual(const iso_staged_conv *layer, const iso_staged_tile *tile) {
    return layer->y8 != NULL && layer->shifts == NULL && layer->shift >= 32 && layer->shift <= 48 &&
           tile->channels == ISO_STAGED_CHANNELS;
}

/* All positions of a tile. */
ISO_INLINE void iso_neon_finish(const iso_staged_conv *layer, const iso_staged_tile *tile,
                                int32_t positions, int32_t vectors, const int32x4_t sums[4][4]) {
    if (vectors < 4 || !iso_neon_is_usual(layer, tile)) {
        int32_t some[4][ISO_STAGED_CHANNELS];
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            ISO_UNROLLED
            for (int32_t v = 0; v < 4; v++) {
                vst1q_s32(some[p] + 4 * v, v < vectors ? sums[p][v] : vdupq_n_s32(0));
            }
        }
        iso_neon_finish_any(layer, tile, some);
        return;
    }
    const int64_t one = (int64_t)1 << layer->shift;
    const int64x2_t added = vdupq_n_s64(one / 2 + one * layer->offset);
    const int32x4_t left = vdupq_n_s32(32 - layer->shift);
    const int8x16_t low = vdupq_n_s8((int8_t)layer->low), high = vdupq_n_s8((int8_t)layer->high);
    int32x4_t by[4];
    ISO_UNROLLED
    for (int32_t v = 0; v < 4; v++) {
        by[v] = vld1q_s32(layer->multiplier + tile->channel + 4 * v);
    }
    const int32_t channels = tile->plan->output_channels;
    int8_t *const y = layer->y8 + tile->channel;
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        int32x4_t values[4];
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            const int64x2_t a = vmull_s32(vget_low_s32(sums[p][v]), vget_low_s32(by[v]));
            const int64x2_t b = vmull_high_s32(sums[p][v], by[v]);
            values[v] = vaddhn_high_s64(vaddhn_s64(a, added), b, added);
            values[v] = vshlq_s32(values[v], left);
        }
        const int16x8_t a = vqmovn_high_s32(vqmovn_s32(values[0]), values[1]);
        const int16x8_t b = vqmovn_high_s32(vqmovn_s32(values[2]), values[3]);
        int8x16_t bytes = vqmovn_high_s16(vqmovn_s16(a), b);
        bytes = vminq_s8(vmaxq_s8(bytes, low), high);
        /* Places beyond the last repeat it: they write what is there already. */
        vst1q_s8(y + tile->output[p] * channels, bytes);
    }
}

#endif

#include "iso_neon_finish.h"
#include "iso_neon_words.h"

ISO_INLINE void iso_neon_depthwise_add(int32x4_t sums[4], int16x8_t low, int16x8_t high) {
    sums[0] = vaddw_s16(sums[0], vget_low_s16(low));
    sums[1] = vaddw_high_s16(sums[1], low);
    sums[2] = vaddw_s16(sums[2], vget_low_s16(high));
    sums[3] = vaddw_high_s16(sums[3], high);
}

/* Each channel by itself, sixteen side by side; `positions` is a constant in every call. */
ISO_INLINE void iso_neon_depthwise_tile(const iso_staged_conv *layer, const iso_staged_tile *tile,
                                        int32_t positions) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int8_t *w = (const int8_t *)layer->weights + phase->weights +
                      tile->channel / ISO_STAGED_CHANNELS * phase->block_weights;
    const int8_t *const from = (const int8_t *)tile->staged + tile->channel;
    const int8_t *x[4];
    int32x4_t sums[4][4];
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        x[p] = from + tile->at[p];
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            sums[p][v] = vld1q_s32(layer->bias + tile->channel + 4 * v);
        }
    }
    int32_t s = 0;
    for (; s + 2 <= phase->segments; s += 2, w += 2 * ISO_STAGED_CHANNELS) {
        /* Two products fit 16 bits: no weight is -128. */
        const int8x16_t w0 = vld1q_s8(w), w1 = vld1q_s8(w + ISO_STAGED_CHANNELS);
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            const int8x16_t a = vld1q_s8(x[p] + offsets[s]), b = vld1q_s8(x[p] + offsets[s + 1]);
            const int16x8_t low = vmull_s8(vget_low_s8(w0), vget_low_s8(a));
            const int16x8_t high = vmull_high_s8(w0, a);
            iso_neon_depthwise_add(sums[p], vmlal_s8(low, vget_low_s8(w1), vget_low_s8(b)),
                                   vmlal_high_s8(high, w1, b));
        }
    }
    if (s < phase->segments) {
        const int8x16_t w0 = vld1q_s8(w);
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            const int8x16_t a = vld1q_s8(x[p] + offsets[s]);
            iso_neon_depthwise_add(sums[p], vmull_s8(vget_low_s8(w0), vget_low_s8(a)),
                                   vmull_high_s8(w0, a));
        }
    }
    iso_neon_finish(layer, tile, positions, 4, (const int32x4_t(*)[4])sums);
}

static uint32_t iso_neon_depthwise_compute(const void *layer, const iso_staged_tile *tile) {
    if (tile->count == 1) {
        iso_neon_depthwise_tile(layer, tile, 1);
    } else {
        iso_neon_depthwise_tile(layer, tile, 4);
    }
    return 0;
}

static uint32_t iso_neon_depthwise_compute_words(const void *context, const iso_staged_tile *tile) {
    const iso_staged_conv *layer = context;
    int32x4_t sums[4][4];
    for (int32_t p = 0; p < ISO_STAGED_TILE; p++) {
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            sums[p][v] = vld1q_s32(layer->bias + tile->channel + 4 * v);
        }
        if (p < tile->count) {
            iso_neon_depthwise_words(tile, layer->weights, p, sums[p]);
        }
    }
    iso_neon_finish(layer, tile, tile->count, 4, (const int32x4_t(*)[4])sums);
    return 0;
}

/* As iso_conv with as many groups as channels. */
static void iso_neon_depthwise(const int8_t *x8, const int16_t *x16, const iso_staged_plan *plan,
                               void *scratch, int32_t zero_point, const iso_staged_conv *layer) {
    if (x8 != NULL) {
        (void)iso_staged_run(plan, &iso_neon_bytes, x8, scratch, zero_point,
                             iso_neon_depthwise_compute, layer);
    } else {
        (void)iso_staged_run(plan, &iso_neon_words, x16, scratch, zero_point,
                             iso_neon_depthwise_compute_words, layer);
    }
}

#include "iso_neon_finish_gradient.h"

/* Adds one value of each position, times its sixteen weights. */
#define ISO_GRADIENT_LANE(lane)                                                                    \
    {                                                                                              \
        const int8x16_t bytes = vld1q_s8(w + ISO_STAGED_CHANNELS * (lane));                        \
        const int16x8_t a = vmovl_s8(vget_low_s8(bytes)), b = vmovl_high_s8(bytes);                \
        ISO_UNROLLED                                                                               \
        for (int32_t p = 0; p < positions; p++) {                                                  \
            sums[p][0] = vmlal_laneq_s16(sums[p][0], vget_low_s16(a), values[p], lane);            \
            sums[p][1] = vmlal_high_laneq_s16(sums[p][1], a, values[p], lane);                     \
            sums[p][2] = vmlal_laneq_s16(sums[p][2], vget_low_s16(b), values[p], lane);            \
            sums[p][3] = vmlal_high_laneq_s16(sums[p][3], b, values[p], lane);                     \
        }                                                                                          \
    }

ISO_INLINE uint32_t iso_neon_gradient_tile(const iso_staged_gradient *layer,
                                           const iso_staged_tile *tile, int32_t positions) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int8_t *w = (const int8_t *)layer->weights + phase->weights +
                      tile->channel / ISO_STAGED_CHANNELS * phase->block_weights;
    int32x4_t sums[4][4];
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            sums[p][v] = vdupq_n_s32(0);
        }
    }
    for (int32_t s = 0; s < phase->segments; s++) {
        const int16_t *const from = (const int16_t *)tile->staged + offsets[s];
        int16x8_t values[4];
        int32_t k = 0;
        for (; k + 8 <= phase->run; k += 8, w += 8 * ISO_STAGED_CHANNELS) {
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                values[p] = vld1q_s16(from + tile->at[p] + k);
            }
            ISO_GRADIENT_LANE(0)
            ISO_GRADIENT_LANE(1)
            ISO_GRADIENT_LANE(2)
            ISO_GRADIENT_LANE(3)
            ISO_GRADIENT_LANE(4)
            ISO_GRADIENT_LANE(5)
            ISO_GRADIENT_LANE(6)
            ISO_GRADIENT_LANE(7)
        }
        for (; k < phase->run; k++, w += ISO_STAGED_CHANNELS) {
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                values[p] = vdupq_n_s16(from[tile->at[p] + k]);
            }
            ISO_GRADIENT_LANE(0)
        }
    }
    uint32_t saturations = 0;
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        if (p < tile->count) {
            saturations += iso_neon_finish_gradient(layer, tile, p, 4, sums[p]);
        }
    }
    return saturations;
}

static uint32_t iso_neon_gradient_compute(const void *context, const iso_staged_tile *tile) {
    return tile->count == 1 ? iso_neon_gradient_tile(context, tile, 1)
                            : iso_neon_gradient_tile(context, tile, 4);
}

/* As iso_conv_gradient. */
static uint32_t iso_neon_conv_gradient(const int16_t *dy, const iso_staged_plan *plan,
                                       void *scratch, const iso_staged_gradient *layer) {
    return iso_staged_run(plan, &iso_neon_gradients, dy, scratch, 0, iso_neon_gradient_compute,
                          layer);
}

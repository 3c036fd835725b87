/* Sums of int8 products: with the dot-product instructions of Armv8.2-A where the build allows
 * them, else with long multiplications. */
#ifndef ISO_DOT_H
#define ISO_DOT_H

#include "iso_neon.h"

/* Four values in each of the four lanes. */
ISO_INLINE int8x16_t iso_neon_four(const int8_t *x) {
    int32_t four;
    memcpy(&four, x, sizeof four);
    return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

/* sums[position][vector] += runs * weights; weights lie as [four values][channel][value]. */
#if defined(__ARM_FEATURE_DOTPROD)

/* Four of sixteen values; `quarter` is a constant in every call. */
ISO_INLINE const int8_t *iso_neon_quarter(int32x4_t sums[4][4], const int8x16_t values[4],
                                          const int8_t *w, int32_t positions, int32_t vectors,
                                          const int quarter) {
    const int8x16x4_t weights = vld1q_s8_x4(w);
    ISO_UNROLLED
    for (int32_t v = 0; v < vectors; v++) {
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            sums[p][v] = vdotq_laneq_s32(sums[p][v], weights.val[v], values[p], quarter);
        }
    }
    return w + 64;
}

ISO_INLINE void iso_neon_run(int32x4_t sums[4][4], const int8_t *const x[4], const int8_t *w,
                             int32_t run, int32_t positions, int32_t vectors) {
    int32_t k = 0;
    for (; k + 16 <= run; k += 16) {
        int8x16_t values[4];
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            values[p] = vld1q_s8(x[p] + k);
        }
        w = iso_neon_quarter(sums, values, w, positions, vectors, 0);
        w = iso_neon_quarter(sums, values, w, positions, vectors, 1);
        w = iso_neon_quarter(sums, values, w, positions, vectors, 2);
        w = iso_neon_quarter(sums, values, w, positions, vectors, 3);
    }
    for (; k < run; k += 4, w += 64) {
        int8x16_t values[4];
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            values[p] = iso_neon_four(x[p] + k);
        }
        ISO_UNROLLED
        for (int32_t v = 0; v < vectors; v++) {
            const int8x16_t weights = vld1q_s8(w + 16 * v);
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                sums[p][v] = vdotq_s32(sums[p][v], weights, values[p]);
            }
        }
    }
}

#else

/* Two vectors of channels, from the `first` on. Products of two groups of values are summed in 16
 * bits: no weight is -128, so that they fit. A channel's sum lies in two lanes until the end. */
ISO_INLINE void iso_neon_run_pair(int32x4_t sums[4][4], const int8_t *const x[4], const int8_t *w,
                                  int32_t run, int32_t positions, int32_t first, int32_t vectors) {
    int32x4_t pairs[4][4];
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        ISO_UNROLLED
        for (int32_t v = 0; v < 2 * vectors; v++) {
            pairs[p][v] = vdupq_n_s32(0);
        }
    }
    w += 16 * first;
    int32_t k = 0;
    for (; k + 8 <= run; k += 8, w += 128) {
        int8x16_t a[4], b[4];
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            a[p] = iso_neon_four(x[p] + k);
            b[p] = iso_neon_four(x[p] + k + 4);
        }
        ISO_UNROLLED
        for (int32_t v = 0; v < vectors; v++) {
            const int8x16_t wa = vld1q_s8(w + 16 * v), wb = vld1q_s8(w + 64 + 16 * v);
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                int16x8_t low = vmull_s8(vget_low_s8(wa), vget_low_s8(a[p]));
                int16x8_t high = vmull_high_s8(wa, a[p]);
                low = vmlal_s8(low, vget_low_s8(wb), vget_low_s8(b[p]));
                high = vmlal_high_s8(high, wb, b[p]);
                pairs[p][2 * v] = vpadalq_s16(pairs[p][2 * v], low);
                pairs[p][2 * v + 1] = vpadalq_s16(pairs[p][2 * v + 1], high);
            }
        }
    }
    for (; k < run; k += 4, w += 64) {
        ISO_UNROLLED
        for (int32_t v = 0; v < vectors; v++) {
            const int8x16_t weights = vld1q_s8(w + 16 * v);
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                const int8x16_t a = iso_neon_four(x[p] + k);
                const int16x8_t low = vmull_s8(vget_low_s8(weights), vget_low_s8(a));
                pairs[p][2 * v] = vpadalq_s16(pairs[p][2 * v], low);
                pairs[p][2 * v + 1] = vpadalq_s16(pairs[p][2 * v + 1], vmull_high_s8(weights, a));
            }
        }
    }
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        ISO_UNROLLED
        for (int32_t v = 0; v < vectors; v++) {
            const int32x4_t sum = vpaddq_s32(pairs[p][2 * v], pairs[p][2 * v + 1]);
            sums[p][first + v] = vaddq_s32(sums[p][first + v], sum);
        }
    }
}

ISO_INLINE void iso_neon_run(int32x4_t sums[4][4], const int8_t *const x[4], const int8_t *w,
                             int32_t run, int32_t positions, int32_t vectors) {
    iso_neon_run_pair(sums, x, w, run, positions, 0, vectors < 2 ? vectors : 2);
    if (vectors > 2) {
        iso_neon_run_pair(sums, x, w, run, positions, 2, vectors - 2);
    }
}

#endif /* __ARM_FEATURE_DOTPROD */

#endif

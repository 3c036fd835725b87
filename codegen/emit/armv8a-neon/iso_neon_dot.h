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

/* Every position's sums begin with those of `start`. */
ISO_INLINE void iso_neon_start(int32x4_t sums[4][4], const int32_t *start, int32_t positions,
                               int32_t vectors) {
    ISO_UNROLLED
    for (int32_t v = 0; v < vectors; v++) {
        const int32x4_t from = vld1q_s32(start + 4 * v);
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            sums[p][v] = from;
        }
    }
}

/* iso_neon_run: sums[position][vector] += run * weights, which lie as
 * [four values][channel][value]. iso_neon_starts: whether it sets the sums to `start` first, where
 * that is given. */
#if defined(__ARM_FEATURE_DOTPROD)

ISO_INLINE int iso_neon_starts(int32_t positions, int32_t vectors) {
    return positions == 4 && vectors == 4;
}

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

/*
 * Four positions and sixteen channels in assembly: the compiler keeps two of the sums in memory.
 * Sums of the positions in v0-v3, v4-v7, v8-v11, v12-v15; weights in v16-v19; values of the
 * positions in v20-v23. One step is sixteen values: 1024 multiply-accumulates in 74 instructions.
 */
__asm__(".macro iso_neon_dots weights, lane, a, b, c, d\n"
        "sdot v\\a\\().4s, v\\weights\\().16b, v20.4b[\\lane]\n"
        "sdot v\\b\\().4s, v\\weights\\().16b, v21.4b[\\lane]\n"
        "sdot v\\c\\().4s, v\\weights\\().16b, v22.4b[\\lane]\n"
        "sdot v\\d\\().4s, v\\weights\\().16b, v23.4b[\\lane]\n"
        ".endm\n"
        ".macro iso_neon_quarter w, lane\n"
        "ld1 {v16.16b-v19.16b}, [\\w], #64\n"
        "iso_neon_dots 16, \\lane, 0, 4, 8, 12\n"
        "iso_neon_dots 17, \\lane, 1, 5, 9, 13\n"
        "iso_neon_dots 18, \\lane, 2, 6, 10, 14\n"
        "iso_neon_dots 19, \\lane, 3, 7, 11, 15\n"
        ".endm\n"
        ".macro iso_neon_copy from, a, b, c\n"
        "mov v\\a\\().16b, v\\from\\().16b\n"
        "mov v\\b\\().16b, v\\from\\().16b\n"
        "mov v\\c\\().16b, v\\from\\().16b\n"
        ".endm\n");

ISO_INLINE void iso_neon_run_4x4(int32x4_t sums[4][4], const int8_t *const x[4], const int8_t *w,
                                 int32_t run, const int32_t *start) {
    uint32_t sixteens = (uint32_t)run / 16U, fours = (uint32_t)run % 16U / 4U;
    int32x4_t(*to)[4] = sums;
    const int8_t *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];
    __asm__ volatile("cbz %[start], 1f\n"
                     "ld1 {v0.4s-v3.4s}, [%[start]]\n"
                     "iso_neon_copy 0, 4, 8, 12\n"
                     "iso_neon_copy 1, 5, 9, 13\n"
                     "iso_neon_copy 2, 6, 10, 14\n"
                     "iso_neon_copy 3, 7, 11, 15\n"
                     "b 2f\n"
                     "1: ld1 {v0.4s-v3.4s}, [%[to]], #64\n"
                     "ld1 {v4.4s-v7.4s}, [%[to]], #64\n"
                     "ld1 {v8.4s-v11.4s}, [%[to]], #64\n"
                     "ld1 {v12.4s-v15.4s}, [%[to]], #64\n"
                     "sub %[to], %[to], #256\n"
                     "2: cbz %w[sixteens], 4f\n"
                     "3: ldr q20, [%[x0]], #16\n"
                     "ldr q21, [%[x1]], #16\n"
                     "ldr q22, [%[x2]], #16\n"
                     "ldr q23, [%[x3]], #16\n"
                     "iso_neon_quarter %[w], 0\n"
                     "iso_neon_quarter %[w], 1\n"
                     "iso_neon_quarter %[w], 2\n"
                     "iso_neon_quarter %[w], 3\n"
                     "subs %w[sixteens], %w[sixteens], #1\n"
                     "b.ne 3b\n"
                     "4: cbz %w[fours], 6f\n"
                     "5: ld1r {v20.4s}, [%[x0]], #4\n"
                     "ld1r {v21.4s}, [%[x1]], #4\n"
                     "ld1r {v22.4s}, [%[x2]], #4\n"
                     "ld1r {v23.4s}, [%[x3]], #4\n"
                     "iso_neon_quarter %[w], 0\n"
                     "subs %w[fours], %w[fours], #1\n"
                     "b.ne 5b\n"
                     "6: st1 {v0.4s-v3.4s}, [%[to]], #64\n"
                     "st1 {v4.4s-v7.4s}, [%[to]], #64\n"
                     "st1 {v8.4s-v11.4s}, [%[to]], #64\n"
                     "st1 {v12.4s-v15.4s}, [%[to]]\n"
                     : [to] "+r"(to), [w] "+r"(w), [x0] "+r"(x0), [x1] "+r"(x1), [x2] "+r"(x2),
                       [x3] "+r"(x3), [sixteens] "+r"(sixteens), [fours] "+r"(fours)
                     : [start] "r"(start)
                     : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9",
                       "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20",
                       "v21", "v22", "v23");
}

ISO_INLINE void iso_neon_run(int32x4_t sums[4][4], const int8_t *const x[4], const int8_t *w,
                             int32_t run, const int32_t *start, int32_t positions,
                             int32_t vectors) {
    int32_t k = 0;
    if (iso_neon_starts(positions, vectors)) {
        iso_neon_run_4x4(sums, x, w, run, start);
        return;
    }
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

ISO_INLINE int iso_neon_starts(int32_t positions, int32_t vectors) {
    (void)positions;
    (void)vectors;
    return 0;
}

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
                             int32_t run, const int32_t *start, int32_t positions,
                             int32_t vectors) {
    (void)start;
    iso_neon_run_pair(sums, x, w, run, positions, 0, vectors < 2 ? vectors : 2);
    if (vectors > 2) {
        iso_neon_run_pair(sums, x, w, run, positions, 2, vectors - 2);
    }
}

#endif /* __ARM_FEATURE_DOTPROD */

#endif

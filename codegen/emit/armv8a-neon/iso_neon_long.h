/* Sums of products with long multiplications, where the build does without the instructions that
 * iso_neon_dot.h has; the same functions. */
#ifndef ISO_NEON_LONG_H
#define ISO_NEON_LONG_H

#include "iso_neon.h"

#if !defined(__ARM_FEATURE_DOTPROD)

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

/*
 * Two positions and sixteen channels in assembly: the compiler keeps sums in memory. Products of
 * two groups of values are summed in 16 bits: no weight is -128, so that they fit. Two lanes hold a
 * channel's sum until the end: those of the positions in v0-v7 and v8-v15. Weights in v16-v23,
 * values in v24-v27. One step is eight values: 256 multiply-accumulates in 56 instructions.
 */
__asm__(".macro iso_neon_products wa, wb, xa, xb, low, high\n"
        "smull v28.8h, v\\wa\\().8b, v\\xa\\().8b\n"
        "smull2 v29.8h, v\\wa\\().16b, v\\xa\\().16b\n"
        ".ifnb \\wb\n"
        "smlal v28.8h, v\\wb\\().8b, v\\xb\\().8b\n"
        "smlal2 v29.8h, v\\wb\\().16b, v\\xb\\().16b\n"
        ".endif\n"
        "sadalp v\\low\\().4s, v28.8h\n"
        "sadalp v\\high\\().4s, v29.8h\n"
        ".endm\n");

ISO_INLINE void iso_neon_run_2x4(int32x4_t sums[2][4], const int8_t *x0, const int8_t *x1,
                                 const int8_t *w, int32_t run, const int32_t *start) {
    uint32_t eights = (uint32_t)run / 8U;
    const uint32_t four = (uint32_t)run & 4U;
    int32x4_t(*to)[4] = sums;
    __asm__ volatile(
        ".irp sum, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "movi v\\sum\\().4s, #0\n"
        ".endr\n"
        "cbz %w[eights], 2f\n"
        "1: ld1 {v16.16b-v19.16b}, [%[w]], #64\n"
        "ld1 {v20.16b-v23.16b}, [%[w]], #64\n"
        "ld1r {v24.4s}, [%[x0]], #4\n"
        "ld1r {v25.4s}, [%[x0]], #4\n"
        "ld1r {v26.4s}, [%[x1]], #4\n"
        "ld1r {v27.4s}, [%[x1]], #4\n"
        "iso_neon_products 16, 20, 24, 25, 0, 1\n"
        "iso_neon_products 17, 21, 24, 25, 2, 3\n"
        "iso_neon_products 18, 22, 24, 25, 4, 5\n"
        "iso_neon_products 19, 23, 24, 25, 6, 7\n"
        "iso_neon_products 16, 20, 26, 27, 8, 9\n"
        "iso_neon_products 17, 21, 26, 27, 10, 11\n"
        "iso_neon_products 18, 22, 26, 27, 12, 13\n"
        "iso_neon_products 19, 23, 26, 27, 14, 15\n"
        "subs %w[eights], %w[eights], #1\n"
        "b.ne 1b\n"
        "2: cbz %w[four], 3f\n"
        "ld1 {v16.16b-v19.16b}, [%[w]]\n"
        "ld1r {v24.4s}, [%[x0]]\n"
        "ld1r {v26.4s}, [%[x1]]\n"
        "iso_neon_products 16, , 24, , 0, 1\n"
        "iso_neon_products 17, , 24, , 2, 3\n"
        "iso_neon_products 18, , 24, , 4, 5\n"
        "iso_neon_products 19, , 24, , 6, 7\n"
        "iso_neon_products 16, , 26, , 8, 9\n"
        "iso_neon_products 17, , 26, , 10, 11\n"
        "iso_neon_products 18, , 26, , 12, 13\n"
        "iso_neon_products 19, , 26, , 14, 15\n"
        "3: cbz %[start], 4f\n"
        "ld1 {v16.4s-v19.4s}, [%[start]]\n"
        "ld1 {v20.4s-v23.4s}, [%[start]]\n"
        "b 5f\n"
        "4: ld1 {v16.4s-v19.4s}, [%[to]], #64\n"
        "ld1 {v20.4s-v23.4s}, [%[to]]\n"
        "sub %[to], %[to], #64\n"
        "5: addp v0.4s, v0.4s, v1.4s\n"
        "addp v1.4s, v2.4s, v3.4s\n"
        "addp v2.4s, v4.4s, v5.4s\n"
        "addp v3.4s, v6.4s, v7.4s\n"
        "addp v4.4s, v8.4s, v9.4s\n"
        "addp v5.4s, v10.4s, v11.4s\n"
        "addp v6.4s, v12.4s, v13.4s\n"
        "addp v7.4s, v14.4s, v15.4s\n"
        "add v0.4s, v0.4s, v16.4s\n"
        "add v1.4s, v1.4s, v17.4s\n"
        "add v2.4s, v2.4s, v18.4s\n"
        "add v3.4s, v3.4s, v19.4s\n"
        "add v4.4s, v4.4s, v20.4s\n"
        "add v5.4s, v5.4s, v21.4s\n"
        "add v6.4s, v6.4s, v22.4s\n"
        "add v7.4s, v7.4s, v23.4s\n"
        "st1 {v0.4s-v3.4s}, [%[to]], #64\n"
        "st1 {v4.4s-v7.4s}, [%[to]]\n"
        : [to] "+r"(to), [w] "+r"(w), [x0] "+r"(x0), [x1] "+r"(x1), [eights] "+r"(eights)
        : [start] "r"(start), [four] "r"(four)
        : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",
          "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",
          "v25", "v26", "v27", "v28", "v29");
}

ISO_INLINE void iso_neon_run(int32x4_t sums[4][4], const int8_t *const x[4], const int8_t *w,
                             int32_t run, const int32_t *start, int32_t positions,
                             int32_t vectors) {
    if (iso_neon_starts(positions, vectors)) {
        iso_neon_run_2x4(sums, x[0], x[1], w, run, start);
        iso_neon_run_2x4(sums + 2, x[2], x[3], w, run, start);
        return;
    }
    iso_neon_run_pair(sums, x, w, run, positions, 0, vectors < 2 ? vectors : 2);
    if (vectors > 2) {
        iso_neon_run_pair(sums, x, w, run, positions, 2, vectors - 2);
    }
}

static const iso_staged_form iso_neon_split = {iso_neon_copy16, iso_neon_fill16, 2, 2};

/*
 * Four positions and sixteen channels of int16 values, or twelve: values in v0-v3, sums of the
 * positions in v4-v7, v8-v11, v12-v15, v20-v23; weights in v24-v27, each register one value of
 * every channel, widened in v16 and v17.
 */
__asm__(".macro iso_neon_words_of x, lane, last, a, b, c, d\n"
        "smlal v\\a\\().4s, v16.4h, v\\x\\().h[\\lane]\n"
        "smlal2 v\\b\\().4s, v16.8h, v\\x\\().h[\\lane]\n"
        "smlal v\\c\\().4s, v17.4h, v\\x\\().h[\\lane]\n"
        ".if \\last\n"
        "smlal2 v\\d\\().4s, v17.8h, v\\x\\().h[\\lane]\n"
        ".endif\n"
        ".endm\n"
        ".macro iso_neon_word weights, lane, last\n"
        "sxtl v16.8h, v\\weights\\().8b\n"
        "sxtl2 v17.8h, v\\weights\\().16b\n"
        "iso_neon_words_of 0, \\lane, \\last, 4, 5, 6, 7\n"
        "iso_neon_words_of 1, \\lane, \\last, 8, 9, 10, 11\n"
        "iso_neon_words_of 2, \\lane, \\last, 12, 13, 14, 15\n"
        "iso_neon_words_of 3, \\lane, \\last, 20, 21, 22, 23\n"
        ".endm\n"
        ".macro iso_neon_four_words w, last, a, b, c, d\n"
        "ld4 {v24.16b-v27.16b}, [\\w], #64\n"
        "iso_neon_word 24, \\a, \\last\n"
        "iso_neon_word 25, \\b, \\last\n"
        "iso_neon_word 26, \\c, \\last\n"
        "iso_neon_word 27, \\d, \\last\n"
        ".endm\n");

#define ISO_NEON_WORDS_RUN(name, last)                                                             \
    ISO_INLINE void name(int32x4_t sums[4][4], const int16_t *const x[4], const int8_t *w,         \
                         int32_t run) {                                                            \
        uint32_t eights = (uint32_t)run / 8U;                                                      \
        const uint32_t four = (uint32_t)run & 4U;                                                  \
        int32x4_t(*to)[4] = sums;                                                                  \
        const int16_t *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];                              \
        __asm__ volatile("ld1 {v4.4s-v7.4s}, [%[to]], #64\n"                                       \
                         "ld1 {v8.4s-v11.4s}, [%[to]], #64\n"                                      \
                         "ld1 {v12.4s-v15.4s}, [%[to]], #64\n"                                     \
                         "ld1 {v20.4s-v23.4s}, [%[to]]\n"                                          \
                         "sub %[to], %[to], #192\n"                                                \
                         "cbz %w[eights], 2f\n"                                                    \
                         "1: ldr q0, [%[x0]], #16\n"                                               \
                         "ldr q1, [%[x1]], #16\n"                                                  \
                         "ldr q2, [%[x2]], #16\n"                                                  \
                         "ldr q3, [%[x3]], #16\n"                                                  \
                         "iso_neon_four_words %[w], " last ", 0, 1, 2, 3\n"                        \
                         "iso_neon_four_words %[w], " last ", 4, 5, 6, 7\n"                        \
                         "subs %w[eights], %w[eights], #1\n"                                       \
                         "b.ne 1b\n"                                                               \
                         "2: cbz %w[four], 3f\n"                                                   \
                         "ldr d0, [%[x0]]\n"                                                       \
                         "ldr d1, [%[x1]]\n"                                                       \
                         "ldr d2, [%[x2]]\n"                                                       \
                         "ldr d3, [%[x3]]\n"                                                       \
                         "iso_neon_four_words %[w], " last ", 0, 1, 2, 3\n"                        \
                         "3: st1 {v4.4s-v7.4s}, [%[to]], #64\n"                                    \
                         "st1 {v8.4s-v11.4s}, [%[to]], #64\n"                                      \
                         "st1 {v12.4s-v15.4s}, [%[to]], #64\n"                                     \
                         "st1 {v20.4s-v23.4s}, [%[to]]\n"                                          \
                         : [to] "+r"(to), [w] "+r"(w), [x0] "+r"(x0), [x1] "+r"(x1),               \
                           [x2] "+r"(x2), [x3] "+r"(x3), [eights] "+r"(eights)                     \
                         : [four] "r"(four)                                                        \
                         : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",   \
                           "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v20",    \
                           "v21", "v22", "v23", "v24", "v25", "v26", "v27");                       \
    }

ISO_NEON_WORDS_RUN(iso_neon_words_run, "1")
ISO_NEON_WORDS_RUN(iso_neon_words_run_3, "0")

ISO_INLINE void iso_neon_split_sums(const iso_staged_tile *tile, const void *weights,
                                    const int32_t *bias, const int32_t *starts,
                                    int32x4_t sums[4][4]) {
    static const int32_t zeros[ISO_STAGED_CHANNELS];
    (void)starts;
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int8_t *w = (const int8_t *)weights + phase->weights +
                      tile->channel / ISO_STAGED_CHANNELS * phase->block_weights;
    const int32_t run = (phase->run + 3) & ~3;
    iso_neon_start(sums, bias == NULL ? zeros : bias + tile->channel, 4, 4);
    for (int32_t s = 0; s < phase->segments; s++, w += ISO_STAGED_CHANNELS * run) {
        const int16_t *const from = (const int16_t *)tile->staged + offsets[s];
        const int16_t *const x[4] = {from + tile->at[0], from + tile->at[1], from + tile->at[2],
                                     from + tile->at[3]};
        if (tile->channels <= 12) {
            iso_neon_words_run_3(sums, x, w, run);
        } else {
            iso_neon_words_run(sums, x, w, run);
        }
    }
}

#endif /* not __ARM_FEATURE_DOTPROD */

#endif

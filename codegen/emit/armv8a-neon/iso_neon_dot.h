/*
 * Sums of products with the dot-product instructions of Armv8.2-A, where the build allows them;
 * what iso_neon_long.h does without. iso_neon_run: sums[position][vector] += run * weights, which
 * lie as [four values][channel][value]; int8. iso_neon_split_sums: sums of all of a tile's runs of
 * int16 values, from `bias` (or zero) on; `starts` is what to begin with instead where the staged
 * form `iso_neon_split` has bytes apart.
 */
#ifndef ISO_NEON_DOT_H
#define ISO_NEON_DOT_H

#include "iso_neon.h"

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
        ".macro iso_neon_dots_3 lane\n"
        "iso_neon_dots 16, \\lane, 0, 4, 8, 12\n"
        "iso_neon_dots 17, \\lane, 1, 5, 9, 13\n"
        "iso_neon_dots 18, \\lane, 2, 6, 10, 14\n"
        ".endm\n"
        ".macro iso_neon_quarter w, lane\n"
        "ld1 {v16.16b-v19.16b}, [\\w], #64\n"
        "iso_neon_dots_3 \\lane\n"
        "iso_neon_dots 19, \\lane, 3, 7, 11, 15\n"
        ".endm\n"
        /* Of twelve channels: the leads of a recording are so many. */
        ".macro iso_neon_quarter_3 w, lane\n"
        "ld1 {v16.16b-v18.16b}, [\\w]\n"
        "add \\w, \\w, #64\n"
        "iso_neon_dots_3 \\lane\n"
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

/* A value is 256 * high + low + 128, both bytes signed: two dot products of four values each do
 * what would take four long multiplications. Staged, the top bit of the lower byte is flipped. */
static void iso_neon_copy_split(void *staged, const void *source, int32_t count) {
    const int16_t *from = source;
    int16_t *to = staged;
    const int16x8_t flip = vdupq_n_s16(0x80);
    int32_t i = 0;
    for (; i + 8 <= count; i += 8) {
        vst1q_s16(to + i, veorq_s16(vld1q_s16(from + i), flip));
    }
    for (; i < count; i++) {
        to[i] = (int16_t)(from[i] ^ 0x80);
    }
}

static void iso_neon_fill_split(void *staged, int32_t value, int32_t count) {
    iso_neon_fill16(staged, value ^ 0x80, count);
}

static const iso_staged_form iso_neon_split = {iso_neon_copy_split, iso_neon_fill_split, 2, 2};

/* Two positions: sums of low and high bytes in v0-v3 and v4-v7, of the other position in v8-v11 and
 * v12-v15; their bytes in v20-v23. What is read behind the run meets weights of zero. */
#define ISO_NEON_SPLIT_RUN(name, quarter)                                                          \
    ISO_INLINE void name(int32x4_t sums[4][4], const int16_t *x0, const int16_t *x1,               \
                         const int8_t *w, int32_t run) {                                           \
        uint32_t sixteens = (uint32_t)run / 16U, fours = (uint32_t)run % 16U / 4U;                 \
        int32x4_t(*to)[4] = sums;                                                                  \
        __asm__ volatile("ld1 {v0.4s-v3.4s}, [%[to]], #64\n"                                       \
                         "ld1 {v4.4s-v7.4s}, [%[to]], #64\n"                                       \
                         "ld1 {v8.4s-v11.4s}, [%[to]], #64\n"                                      \
                         "ld1 {v12.4s-v15.4s}, [%[to]]\n"                                          \
                         "sub %[to], %[to], #192\n"                                                \
                         "cbz %w[sixteens], 2f\n"                                                  \
                         "1: ld2 {v20.16b-v21.16b}, [%[x0]], #32\n"                                \
                         "ld2 {v22.16b-v23.16b}, [%[x1]], #32\n" quarter " %[w], 0\n" quarter      \
                         " %[w], 1\n" quarter " %[w], 2\n" quarter " %[w], 3\n"                    \
                         "subs %w[sixteens], %w[sixteens], #1\n"                                   \
                         "b.ne 1b\n"                                                               \
                         "2: cbz %w[fours], 4f\n"                                                  \
                         "3: ld2 {v20.8b-v21.8b}, [%[x0]]\n"                                       \
                         "ld2 {v22.8b-v23.8b}, [%[x1]]\n"                                          \
                         "add %[x0], %[x0], #8\n"                                                  \
                         "add %[x1], %[x1], #8\n" quarter " %[w], 0\n"                             \
                         "subs %w[fours], %w[fours], #1\n"                                         \
                         "b.ne 3b\n"                                                               \
                         "4: st1 {v0.4s-v3.4s}, [%[to]], #64\n"                                    \
                         "st1 {v4.4s-v7.4s}, [%[to]], #64\n"                                       \
                         "st1 {v8.4s-v11.4s}, [%[to]], #64\n"                                      \
                         "st1 {v12.4s-v15.4s}, [%[to]]\n"                                          \
                         : [to] "+r"(to), [w] "+r"(w), [x0] "+r"(x0), [x1] "+r"(x1),               \
                           [sixteens] "+r"(sixteens), [fours] "+r"(fours)                          \
                         :                                                                         \
                         : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",   \
                           "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",    \
                           "v19", "v20", "v21", "v22", "v23");                                     \
    }

ISO_NEON_SPLIT_RUN(iso_neon_split_run, "iso_neon_quarter")
ISO_NEON_SPLIT_RUN(iso_neon_split_run_3, "iso_neon_quarter_3")

ISO_INLINE void iso_neon_split_sums(const iso_staged_tile *tile, const void *weights,
                                    const int32_t *bias, const int32_t *starts,
                                    int32x4_t sums[4][4]) {
    (void)bias;
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int8_t *block = (const int8_t *)weights + phase->weights +
                          tile->channel / ISO_STAGED_CHANNELS * phase->block_weights;
    const int32_t blocks = (tile->plan->output_channels - 1) / ISO_STAGED_CHANNELS + 1;
    const int32_t *start = starts + tile->channel +
                           (int32_t)(phase - tile->plan->phases) * blocks * ISO_STAGED_CHANNELS;
    const int32_t run = (phase->run + 3) & ~3;
    for (int32_t p = 0; p < tile->count; p += 2) {
        int32x4_t parts[4][4];
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            parts[0][v] = parts[2][v] = vld1q_s32(start + 4 * v);
            parts[1][v] = parts[3][v] = vdupq_n_s32(0);
        }
        const int8_t *w = block;
        for (int32_t s = 0; s < phase->segments; s++, w += ISO_STAGED_CHANNELS * run) {
            const int16_t *const from = (const int16_t *)tile->staged + offsets[s];
            const int16_t *const x0 = from + tile->at[p], *const x1 = from + tile->at[p + 1];
            if (tile->channels <= 12) {
                iso_neon_split_run_3(parts, x0, x1, w, run);
            } else {
                iso_neon_split_run(parts, x0, x1, w, run);
            }
        }
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            sums[p][v] = vaddq_s32(parts[0][v], vshlq_n_s32(parts[1][v], 8));
            sums[p + 1][v] = vaddq_s32(parts[2][v], vshlq_n_s32(parts[3][v], 8));
        }
    }
}

#endif /* __ARM_FEATURE_DOTPROD */

#endif

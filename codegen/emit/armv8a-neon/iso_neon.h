/* What every NEON kernel shares. */
#ifndef ISO_NEON_H
#define ISO_NEON_H

#include <arm_neon.h>

#include "../staged/iso_staged.h"

/* Loops over registers must be unrolled, or the accumulators would lie in memory. */
#define ISO_UNROLLED _Pragma("GCC unroll 4")
#define ISO_INLINE static inline __attribute__((always_inline))

static inline void iso_neon_copy16(void *staged, const void *source, int32_t count) {
    memcpy(staged, source, (size_t)count * sizeof(int16_t));
}

static inline void iso_neon_fill16(void *staged, int32_t value, int32_t count) {
    int16_t *to = staged;
    for (int32_t i = 0; i < count; i++) {
        to[i] = (int16_t)value;
    }
}

/* Vectors of four sums that hold a tile's channels. */
ISO_INLINE int32_t iso_neon_vectors(const iso_staged_tile *tile) {
    return (tile->channels + 3) / 4;
}

/* (sum * multiplier + half) >> shift: NEON's rounding shift to the left by a negative number has
 * no overflow inside. `left` holds -shift of four channels. */
ISO_INLINE int32x4_t iso_neon_round(int32x4_t sum, int32x4_t multiplier, int32x4_t left) {
    const int64x2_t low = vmull_s32(vget_low_s32(sum), vget_low_s32(multiplier));
    const int64x2_t high = vmull_high_s32(sum, multiplier);
    const int32x2_t rounded = vmovn_s64(vrshlq_s64(low, vmovl_s32(vget_low_s32(left))));
    return vmovn_high_s64(rounded, vrshlq_s64(high, vmovl_high_s32(left)));
}

/* The same for a shift of 32, which most layers have. */
ISO_INLINE int32x4_t iso_neon_round_32(int32x4_t sum, int32x4_t multiplier) {
    const int64x2_t low = vmull_s32(vget_low_s32(sum), vget_low_s32(multiplier));
    const int64x2_t high = vmull_high_s32(sum, multiplier);
    return vrshrn_high_n_s64(vrshrn_n_s64(low, 32), high, 32);
}

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

/* Whether iso_neon_run sets the sums to `start` itself, where that is given. */
ISO_INLINE int iso_neon_starts(int32_t positions, int32_t vectors) {
    return positions == 4 && vectors == 4;
}

#endif

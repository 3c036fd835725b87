/* What every NEON kernel shares. */
#ifndef ISO_NEON_H
#define ISO_NEON_H

#include <arm_neon.h>

#include "../staged/iso_staged.h"

/* Loops over registers must be unrolled, or the accumulators would lie in memory. */
#define ISO_UNROLLED _Pragma("GCC unroll 4")
#define ISO_INLINE static inline __attribute__((always_inline))

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

#endif

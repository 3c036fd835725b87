#ifndef ISO_NEON_RECURRENT_DOT_H
#define ISO_NEON_RECURRENT_DOT_H

#include <arm_neon.h>
#include <stdint.h>

/* Rows of a recurrent layer (iso_recurrent_dot.h), eight products at a time. */
static inline int32_t iso_recurrent_dot_input(const int8_t *w, const int8_t *x, int32_t count) {
    int32x4_t sums = vdupq_n_s32(0);
    int32_t i = 0;
    for (; i + 8 <= count; i += 8) {
        sums = vpadalq_s16(sums, vmull_s8(vld1_s8(w + i), vld1_s8(x + i)));
    }
    int32_t sum = vaddvq_s32(sums);
    for (; i < count; i++) {
        sum += w[i] * x[i];
    }
    return sum;
}

static inline int32_t iso_recurrent_dot_state(const int8_t *w, const int16_t *h, int32_t count) {
    int32x4_t low = vdupq_n_s32(0), high = low;
    int32_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const int16x8_t weights = vmovl_s8(vld1_s8(w + i));
        const int16x8_t state = vld1q_s16(h + i);
        low = vmlal_s16(low, vget_low_s16(weights), vget_low_s16(state));
        high = vmlal_high_s16(high, weights, state);
    }
    int32_t sum = vaddvq_s32(vaddq_s32(low, high));
    for (; i < count; i++) {
        sum += w[i] * h[i];
    }
    return sum;
}

#endif

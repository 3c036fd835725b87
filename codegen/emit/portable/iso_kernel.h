/* What every portable kernel shares. Emitted at the head of the network's file. */
#ifndef ISO_KERNEL_H
#define ISO_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A convolution seen as 2-D, channels last; a 1-D signal has height 1. */
typedef struct {
    int32_t input_height, input_width, input_channels;
    int32_t output_height, output_width, output_channels;
    int32_t kernel_height, kernel_width;
    int32_t stride_height, stride_width;
    int32_t dilation_height, dilation_width;
    int32_t pad_top, pad_left;
    int32_t groups;
} iso_conv_shape;

/* The one rounding: (value * multiplier + half) >> shift on 64 bits, ties upwards. Right shifts of
 * negative numbers are arithmetic on every compiler this targets. The code generator proves that
 * the result fits int32. */
static inline int32_t iso_round(int32_t value, int32_t multiplier, uint32_t shift) {
    const int64_t half = (int64_t)1 << (shift - 1U);
    return (int32_t)(((int64_t)value * multiplier + half) >> shift);
}

static inline int32_t iso_clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : (value > high ? high : value);
}

/* Signals are int8 or int16: of the two pointers of one, exactly one is given. */
static inline int32_t iso_at(const int8_t *x8, const int16_t *x16, int32_t index) {
    return x8 != NULL ? x8[index] : x16[index];
}

static inline void iso_put(int8_t *y8, int16_t *y16, int32_t index, int32_t value) {
    if (y8 != NULL) {
        y8[index] = (int8_t)value;
    } else {
        y16[index] = (int16_t)value;
    }
}

/* Bit `index` of a sign map; a NULL map keeps everything. */
static inline uint32_t iso_kept(const uint8_t *mask, int32_t index) {
    return mask == NULL || (((uint32_t)mask[index >> 3] >> (index & 7)) & 1U) != 0U;
}

#endif

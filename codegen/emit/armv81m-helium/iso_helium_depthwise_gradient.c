#include "../portable/iso_covering.h"
#include "iso_helium.h"

/* One channel of one position, exactly: for the values at the limit. */
static int32_t iso_helium_covered(const iso_covering *found, int32_t count, const int8_t *weights,
                                  int32_t channel, int32_t multiplier) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += found[i].dy[channel] * weights[16 * found[i].tap];
    }
    return iso_round(sum, multiplier, 32);
}

/* Gradient of a depthwise convolution, eight channels at a time, from the weights of the forward
 * one: `block_bytes` for each 16 channels, a vector for each tap. What reached the limit is
 * computed again; returns how many values saturated. */
static uint32_t iso_helium_depthwise_gradient(const int16_t *dy, int16_t *dx,
                                              const iso_conv_shape *s, const int8_t *weights,
                                              int32_t block_bytes, const int32_t *multiplier,
                                              const uint8_t *mask, int32_t limit) {
    static const uint16_t bits[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    const uint16x8_t bit = vldrhq_u16(bits);
    const int32_t channels = s->input_channels;
    iso_covering found[ISO_COVERING_MOST];
    uint32_t saturations = 0;
    int32_t at = 0;
    for (int32_t position = 0; position < s->input_height * s->input_width; position++) {
        const int32_t row = position / s->input_width;
        const int32_t count = iso_find_covering(found, dy, s, row, position - row * s->input_width);
        uint16_t highest = 0;
        for (int32_t c = 0; c < channels; c += 8) {
            const int8_t *own = weights + (c >> 4) * block_bytes + (c & 15);
            int32x4_t even = vdupq_n_s32(0), odd = even;
            for (int32_t i = 0; i < count; i++) {
                const int16x8_t gradients = vldrhq_s16(found[i].dy + c);
                const int16x8_t by = vldrbq_s16(own + 16 * found[i].tap);
                even = vaddq_s32(even, vmullbq_int_s16(gradients, by));
                odd = vaddq_s32(odd, vmulltq_int_s16(gradients, by));
            }
            const int32x4x2_t factors = vld2q_s32(multiplier + c);
            even = vrmulhq_s32(even, factors.val[0]);
            odd = vrmulhq_s32(odd, factors.val[1]);
            int16x8_t codes = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), even), odd);
            if (mask != NULL) {
                const uint16x8_t kept = vandq_u16(vdupq_n_u16(mask[(at + c) / 8]), bit);
                codes = vpselq_s16(codes, vdupq_n_s16(0), vcmpneq_n_u16(kept, 0));
            }
            highest = vmaxavq_s16(highest, codes);
            vstrhq_s16(dx + at + c, codes);
        }
        for (int32_t c = 0; highest >= (uint32_t)limit && c < channels; c++) {
            if (iso_kept(mask, at + c)) {
                const int8_t *own = weights + (c >> 4) * block_bytes + (c & 15);
                const int32_t value = iso_helium_covered(found, count, own, c, multiplier[c]);
                const int32_t kept = iso_clamp(value, -limit, limit);
                saturations += kept != value;
                dx[at + c] = (int16_t)kept;
            }
        }
        at += channels;
    }
    return saturations;
}

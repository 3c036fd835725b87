#include "../portable/iso_kernel.h"

/*
 * Expansion of int8 into the int16 pairs that SMLAD multiplies. Four values a b c d become the
 * words (a, c) and (b, d), which is what SXTB16 gives; the weights are packed in the same order.
 * For three positions together, word by word: (a, c) of each position, then (b, d) of each, so
 * that one LDM feeds three positions.
 */

/* One position of `apart` (1 or 3), 4 * words values, at least one word. */
__attribute__((naked, noinline)) static int32_t *
iso_dsp_expand_one(__attribute__((unused)) const int8_t *x, __attribute__((unused)) int32_t *to,
                   __attribute__((unused)) int32_t words, __attribute__((unused)) int32_t apart) {
    __asm__ volatile("push {r4, lr}\n"
                     "lsls r3, r3, #2\n"
                     "add r2, r0, r2, lsl #2\n"
                     "1: ldr r12, [r0], #4\n"
                     "sxtb16 lr, r12\n"
                     "str lr, [r1]\n"
                     "sxtb16 r12, r12, ror #8\n"
                     "str r12, [r1, r3]\n"
                     "add r1, r1, r3, lsl #1\n"
                     "cmp r0, r2\n"
                     "bne 1b\n"
                     "mov r0, r1\n"
                     "pop {r4, pc}\n");
}

/* The zero point where the window leaves the input. */
static int32_t *iso_dsp_expand_zero(int32_t zero_point, int32_t *to, int32_t words, int32_t apart) {
    const int32_t pair = (int32_t)(((uint32_t)zero_point & 0xffffU) * 0x10001U);
    for (int32_t i = 0; i < 2 * words; i++) {
        *to = pair;
        to += apart;
    }
    return to;
}

/* One kernel row of a window that may leave the input on either side. A row is padded to whole
 * words; what stands in the padding meets weights of zero. `line` holds one row where taps are no
 * whole words. */
static int32_t *iso_dsp_expand_row(const int8_t *x, const iso_conv_shape *s, int32_t column,
                                   int32_t zero_point, int8_t *line, int32_t *to, int32_t apart) {
    const int32_t channels = s->input_channels;
    const int whole = (channels & 3) == 0;
    int8_t *at = line;
    for (int32_t kw = 0; kw < s->kernel_width;) {
        const int32_t v = column + kw * s->dilation_width;
        const int inside = v >= 0 && v < s->input_width;
        int32_t taps = 1;
        if (s->dilation_width == 1) {
            /* All taps on this side of the next border are one run. */
            const int32_t border = v < 0 ? -v : s->input_width - v;
            const int32_t left = s->kernel_width - kw;
            taps = border > 0 && border < left ? border : left;
        }
        const int32_t count = taps * channels;
        if (!whole) {
            if (inside) {
                memcpy(at, x + v * channels, (size_t)count);
            } else {
                memset(at, zero_point, (size_t)count);
            }
            at += count;
        } else if (inside) {
            to = iso_dsp_expand_one(x + v * channels, to, count >> 2, apart);
        } else {
            to = iso_dsp_expand_zero(zero_point, to, count >> 2, apart);
        }
        kw += taps;
    }
    return whole ? to : iso_dsp_expand_one(line, to, (s->kernel_width * channels + 3) >> 2, apart);
}

/* The whole window of one output position. */
static void iso_dsp_expand_window(const int8_t *x, const iso_conv_shape *s, int32_t position,
                                  int32_t zero_point, int8_t *line, int32_t *to, int32_t apart) {
    const int32_t words = (s->kernel_width * s->input_channels + 3) >> 2;
    const int32_t oh = position / s->output_width;
    const int32_t column = (position - oh * s->output_width) * s->stride_width - s->pad_left;
    int32_t row = oh * s->stride_height - s->pad_top;
    for (int32_t kh = 0; kh < s->kernel_height; kh++, row += s->dilation_height) {
        if (row >= 0 && row < s->input_height) {
            to = iso_dsp_expand_row(x + row * s->input_width * s->input_channels, s, column,
                                    zero_point, line, to, apart);
        } else {
            to = iso_dsp_expand_zero(zero_point, to, words, apart);
        }
    }
}

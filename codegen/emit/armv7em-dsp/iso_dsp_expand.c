#include "../portable/iso_kernel.h"

/*
 * Expansion of int8 into the int16 pairs that SMLAD multiplies. Four values a b c d become the
 * words (a, c) and (b, d), which is what SXTB16 gives; the weights are packed in the same order.
 * For three positions together, word by word: (a, c) of each position, then (b, d) of each, so
 * that one LDM feeds three positions.
 */

/* Three positions, `step` bytes apart, 4 * words values of each; returns the end of what it wrote.
 * Three words of values come in and six go out in ten instructions. */
__attribute__((naked, noinline)) static int32_t *
iso_dsp_expand_three(__attribute__((unused)) const int8_t *x, __attribute__((unused)) int32_t step,
                     __attribute__((unused)) int32_t *to, __attribute__((unused)) int32_t words) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "add r9, r0, r1\n"
                     "add r10, r9, r1\n"
                     "add r11, r0, r3, lsl #2\n"
                     "1: ldr r5, [r10], #4\n"
                     "ldr r4, [r9], #4\n"
                     "ldr r3, [r0], #4\n"
                     "sxtb16 r8, r5, ror #8\n"
                     "sxtb16 r7, r4, ror #8\n"
                     "sxtb16 r6, r3, ror #8\n"
                     "sxtb16 r5, r5\n"
                     "sxtb16 r4, r4\n"
                     "sxtb16 r3, r3\n"
                     "stmia r2!, {r3-r8}\n"
                     "cmp r0, r11\n"
                     "bne 1b\n"
                     "mov r0, r2\n"
                     "pop {r4-r11, pc}\n");
}

/* One position of `apart` (1 or 3), 4 * words values. */
static int32_t *iso_dsp_expand_one(const int8_t *x, int32_t *to, int32_t words, int32_t apart) {
    for (const int8_t *end = x + 4 * words; x < end; x += 4) {
        uint32_t four;
        int32_t pair;
        memcpy(&four, x, 4);
        __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(four));
        to[0] = pair;
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(four));
        to[apart] = pair;
        to += 2 * apart;
    }
    return to;
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
 * words; what stands in the padding meets weights of zero. `line` holds one row where channels are
 * no whole words. */
static int32_t *iso_dsp_expand_row(const int8_t *x, const iso_conv_shape *s, int32_t column,
                                   int32_t zero_point, int8_t *line, int32_t *to, int32_t apart) {
    const int32_t channels = s->input_channels;
    const int whole = (channels & 3) == 0;
    int8_t *at = line;
    for (int32_t kw = 0; kw < s->kernel_width; kw++, column += s->dilation_width) {
        const int inside = column >= 0 && column < s->input_width;
        const int8_t *from = x + column * channels;
        if (whole) {
            to = inside ? iso_dsp_expand_one(from, to, channels >> 2, apart)
                        : iso_dsp_expand_zero(zero_point, to, channels >> 2, apart);
        } else {
            for (int32_t c = 0; c < channels; c++) {
                *at++ = inside ? from[c] : (int8_t)zero_point;
            }
        }
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

/* Three output positions from `position` on, of which `count` are there. */
static void iso_dsp_expand_block(const int8_t *x, const iso_conv_shape *s, int32_t position,
                                 int32_t count, int32_t zero_point, int8_t *line, int32_t *to) {
    const int32_t channels = s->input_channels;
    const int32_t words = (s->kernel_width * channels + 3) >> 2;
    const int32_t oh = position / s->output_width;
    const int32_t ow = position - oh * s->output_width;
    const int32_t row = oh * s->stride_height - s->pad_top;
    const int32_t column = ow * s->stride_width - s->pad_left;
    const int32_t last_row = row + (s->kernel_height - 1) * s->dilation_height;
    const int32_t step = s->stride_width * channels;
    const int32_t reach = (last_row * s->input_width + column) * channels + 2 * step + 4 * words;
    if (count == 3 && ow + 3 <= s->output_width && s->dilation_width == 1 && row >= 0 &&
        last_row < s->input_height && column >= 0 &&
        column + 2 * s->stride_width + s->kernel_width <= s->input_width &&
        reach <= s->input_height * s->input_width * channels) {
        const int8_t *from = x + (row * s->input_width + column) * channels;
        for (int32_t kh = 0; kh < s->kernel_height; kh++) {
            to = iso_dsp_expand_three(from, step, to, words);
            from += s->dilation_height * s->input_width * channels;
        }
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        iso_dsp_expand_window(x, s, position + i, zero_point, line, to + i, 3);
    }
}

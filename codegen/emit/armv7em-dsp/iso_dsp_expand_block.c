#include "iso_dsp_expand.c"

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

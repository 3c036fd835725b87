#include "iso_dsp_clamp.h"

/* One position of a depthwise convolution; the assembly copies it to its stack, in this order. */
typedef struct {
    const int8_t *input;    /* 0 */
    int8_t *output;         /* 4 */
    const int32_t *scales;  /* 8: {bias, multiplier, round, shift}, each of four channels */
    const int32_t *offsets; /* 12: of each tap from the input, in bytes */
    int32_t taps;           /* 16: at most ISO_DSP_MOST_TAPS */
    int32_t quads;          /* 20: groups of four channels */
    const int32_t *weights; /* int16, of each tap the channels (0, 2) and (1, 3) of four */
} iso_dsp_taps;

#define ISO_DSP_MOST_TAPS 27

/* One tap of four channels, as SXTB16 takes their word apart: r0-r3 sums, r10 scratch. */
__asm__(".macro iso_dsp_depthwise_tap word, even, odd\n"
        "sxtb16 r10, \\word, ror #8\n"
        "sxtb16 \\word, \\word\n"
        "smlabb r0, \\word, \\even, r0\n"
        "smlatt r2, \\word, \\even, r2\n"
        "smlabb r1, r10, \\odd, r1\n"
        "smlatt r3, r10, \\odd, r3\n"
        ".endm\n");

/* All channels of one position; two taps are 16 instructions of 4 bytes. */
__attribute__((naked, noinline)) static void
iso_dsp_depthwise_position(__attribute__((unused)) const iso_dsp_taps *position) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r1-r6, r12}\n"
                     "rsb r7, r5, #27\n"
                     "lsr r7, r7, #1\n"
                     "ldr r8, =2f + 1\n"
                     "add r8, r8, r7, lsl #6\n"
                     "push {r1-r6, r8}\n"
                     "1: ldrd r4, lr, [sp, #8]\n"
                     "ldr r11, [sp]\n"
                     "ldm r4, {r0-r3}\n"
                     /* The first of an odd number of taps. */
                     "ldr r5, [sp, #16]\n"
                     "tst r5, #1\n"
                     "beq 4f\n"
                     "ldr r8, [lr], #4\n"
                     "ldm r12!, {r4, r6}\n"
                     "ldr r8, [r11, r8]\n"
                     "iso_dsp_depthwise_tap r8, r4, r6\n"
                     "4: ldr pc, [sp, #24]\n"
                     ".p2align 2\n"
                     "2: .rept 13\n"
                     "ldmia.w lr!, {r8, r9}\n"
                     "ldr.w r8, [r11, r8]\n"
                     "ldr.w r9, [r11, r9]\n"
                     "ldmia.w r12!, {r4-r7}\n"
                     "iso_dsp_depthwise_tap r8, r4, r5\n"
                     "iso_dsp_depthwise_tap r9, r6, r7\n"
                     ".endr\n"
                     "ldr lr, [sp, #8]\n"
                     "add lr, lr, #16\n"
                     "ldm lr!, {r4-r11}\n"
                     "smmla r0, r0, r4, r8\n"
                     "smmla r1, r1, r5, r9\n"
                     "smmla r2, r2, r6, r10\n"
                     "smmla r3, r3, r7, r11\n"
                     "ldm lr!, {r4-r7}\n"
                     "str lr, [sp, #8]\n"
                     "ldrd r8, r9, [sp]\n"
                     "asr r0, r0, r4\n"
                     "asr r1, r1, r5\n"
                     "asr r2, r2, r6\n"
                     "asr r3, r3, r7\n"
                     "ssat r0, #8, r0\n"
                     "ssat r1, #8, r1\n"
                     "ssat r2, #8, r2\n"
                     "ssat r3, #8, r3\n"
                     "add r8, r8, #4\n"
                     "strb r1, [r9, #1]\n"
                     "strb r2, [r9, #2]\n"
                     "strb r3, [r9, #3]\n"
                     "strb r0, [r9], #4\n"
                     "strd r8, r9, [sp]\n"
                     "ldr r4, [sp, #20]\n"
                     "subs r4, r4, #1\n"
                     "str r4, [sp, #20]\n"
                     "bne 1b\n"
                     "add sp, sp, #28\n"
                     "pop {r4-r11, pc}\n"
                     ".ltorg\n");
}

/* The window of a position at the border, tap after tap, the zero point where it leaves the input.
 */
static void iso_dsp_copy_window(const int8_t *x, const iso_conv_shape *s, int32_t row,
                                int32_t column, int32_t zero_point, int8_t *to) {
    const size_t channels = (size_t)s->input_channels;
    for (int32_t kh = 0; kh < s->kernel_height; kh++) {
        for (int32_t kw = 0; kw < s->kernel_width; kw++, to += channels) {
            const int32_t h = row + kh * s->dilation_height;
            const int32_t v = column + kw * s->dilation_width;
            if (h >= 0 && h < s->input_height && v >= 0 && v < s->input_width) {
                const int8_t *from = x + (h * s->input_width + v) * s->input_channels;
                for (size_t c = 0; c < channels; c += 4) {
                    memcpy(to + c, from + c, 4);
                }
            } else {
                memset(to, zero_point, channels);
            }
        }
    }
}

/* Depthwise convolution int8 -> int8 of whole groups of four channels. */
static void iso_dsp_depthwise(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                              const int32_t *weights, const int32_t *scales, int32_t zero_point,
                              int32_t low, int32_t high, int8_t *scratch) {
    const int32_t channels = s->input_channels;
    const int32_t taps = s->kernel_height * s->kernel_width;
    const int32_t reach_row = (s->kernel_height - 1) * s->dilation_height;
    const int32_t reach_column = (s->kernel_width - 1) * s->dilation_width;
    int32_t inside[ISO_DSP_MOST_TAPS];
    int32_t copied[ISO_DSP_MOST_TAPS];
    for (int32_t i = 0; i < taps; i++) {
        const int32_t kh = i / s->kernel_width;
        const int32_t kw = i - kh * s->kernel_width;
        const int32_t from = kh * s->dilation_height * s->input_width + kw * s->dilation_width;
        inside[i] = from * channels;
        copied[i] = i * channels;
    }
    iso_dsp_taps position = {
        .scales = scales, .taps = taps, .weights = weights, .quads = channels >> 2};
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t row = oh * s->stride_height - s->pad_top;
        int32_t column = -s->pad_left;
        for (int32_t ow = 0; ow < s->output_width; ow++, column += s->stride_width) {
            position.output = y;
            if (row >= 0 && row + reach_row < s->input_height && column >= 0 &&
                column + reach_column < s->input_width) {
                position.input = x + (row * s->input_width + column) * channels;
                position.offsets = inside;
            } else {
                iso_dsp_copy_window(x, s, row, column, zero_point, scratch);
                position.input = scratch;
                position.offsets = copied;
            }
            iso_dsp_depthwise_position(&position);
            iso_dsp_clamp(y, channels, low, high);
            y += channels;
        }
    }
}

#include "iso_dsp_windows.h"

/*
 * Convolution of an int16 signal with int8 weights, to int8 or int16. Windows are runs of the input
 * itself; taps beyond its borders meet codes of zero and are left out. Four output channels work
 * together; their weights are unpacked into the scratch for all positions of a group.
 */

/* A run of positions, as iso_dsp_windows.h wants it: 40 to 60 are this kernel's. */
typedef struct {
    const int16_t *x;
    int32_t x_step;
    const int32_t *weights;
    int32_t rows;
    int32_t x_row;
    int32_t weight_row;
    int32_t words;
    int8_t *y; /* 28: the first byte, of int8 or int16 */
    int32_t y_step;
    int32_t count;
    const int32_t *scales; /* 40: as iso_dsp_dot_three has them, of two channel pairs */
    uint32_t high;         /* 44: the bound in both halfwords */
    uint32_t low;          /* 48 */
    int32_t wide;          /* 52: whether the output is int16 */
    int32_t unused[2];     /* 56 */
} iso_dsp_conv_int16_run;

/* Two channels' sums become their codes in one word, by the multipliers, rounds and shifts at r8;
 * r4-r7, r9 and r10 are lost. */
__asm__(".macro iso_dsp_conv_int16_round first, second\n"
        "ldm r8, {r4-r7, r9-r10}\n"
        "smmla \\first, \\first, r4, r6\n"
        "smmla \\second, \\second, r5, r7\n"
        "asr \\first, \\first, r9\n"
        "asr \\second, \\second, r10\n"
        "ssat \\first, #16, \\first\n"
        "ssat \\second, #16, \\second\n"
        "pkhbt \\first, \\first, \\second, lsl #16\n"
        ".endm\n"
        /* Both halfwords between the bounds r5 and r4. */
        ".macro iso_dsp_conv_int16_clamp pair\n"
        "ssub16 r6, \\pair, r4\n"
        "sel \\pair, r4, \\pair\n"
        "ssub16 r6, \\pair, r5\n"
        "sel \\pair, \\pair, r5\n"
        ".endm\n");

/* Four channels of every position of the run. */
__attribute__((naked, noinline)) static void
iso_dsp_conv_int16_positions(__attribute__((unused)) const iso_dsp_conv_int16_run *run) {
    __asm__ volatile("iso_dsp_windows_enter\n"
                     "2: ldr r4, [sp, #12]\n"
                     "ldr r8, [sp, #40]\n"
                     "str r4, [sp, #76]\n"
                     "ldr r12, [sp]\n"
                     "ldr lr, [sp, #8]\n"
                     "ldrd r0, r1, [r8]\n"
                     "ldrd r2, r3, [r8, #32]\n"
                     "iso_dsp_windows_sums\n"
                     "ldr r8, [sp, #40]\n"
                     "add r8, r8, #8\n"
                     "iso_dsp_conv_int16_round r0, r1\n"
                     "add r8, r8, #32\n"
                     "iso_dsp_conv_int16_round r2, r3\n"
                     "ldrd r4, r5, [sp, #44]\n"
                     "iso_dsp_conv_int16_clamp r0\n"
                     "iso_dsp_conv_int16_clamp r2\n"
                     "ldrd r8, r9, [sp, #28]\n"
                     "ldr r6, [sp, #52]\n"
                     "cbz r6, 10f\n"
                     "str r0, [r8]\n"
                     "str r2, [r8, #4]\n"
                     "b 11f\n"
                     "10: uxtb16 r0, r0\n"
                     "uxtb16 r2, r2\n"
                     "orr r0, r0, r0, lsr #8\n"
                     "orr r2, r2, r2, lsr #8\n"
                     "pkhbt r0, r0, r2, lsl #16\n"
                     "str r0, [r8]\n"
                     "11:\n"
                     "iso_dsp_windows_next\n"
                     "add sp, sp, #92\n"
                     "pop {r4-r11, pc}\n"
                     ".ltorg\n");
}

/* Four taps of a channel pair (iso_dsp_dot.c): two words of each channel, the second words 16 bytes
 * behind the first. */
__asm__(".macro iso_dsp_unpack_pair from, offset\n"
        "ldrd r4, r5, [\\from], #8\n"
        "sxtb16 r6, r4\n"
        "sxtb16 r7, r5\n"
        "ssub16 r4, r4, r6\n"
        "ssub16 r5, r5, r7\n"
        "sxtb16 r4, r4, ror #8\n"
        "sxtb16 r5, r5, ror #8\n"
        "pkhbt r8, r6, r7, lsl #16\n"
        "pkhbt r9, r4, r5, lsl #16\n"
        "pkhtb r10, r7, r6, asr #16\n"
        "pkhtb r11, r5, r4, asr #16\n"
        "strd r8, r9, [r2, #\\offset]\n"
        "strd r10, r11, [r2, #\\offset + 16]\n"
        ".endm\n");

/* The weights of two channel pairs, `step` bytes apart, become words of two taps: of each two taps
 * the words of the four channels. At least one step of four taps. */
__attribute__((naked, noinline)) static void
iso_dsp_unpack_taps(__attribute__((unused)) const int32_t *weights,
                    __attribute__((unused)) int32_t step, __attribute__((unused)) int32_t *to,
                    __attribute__((unused)) int32_t steps) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "add r1, r1, r0\n"
                     "1: iso_dsp_unpack_pair r0, 0\n"
                     "iso_dsp_unpack_pair r1, 8\n"
                     "add r2, r2, #32\n"
                     "subs r3, r3, #1\n"
                     "bne 1b\n"
                     "pop {r4-r11, pc}\n");
}

/* The columns `from` to `to` of one output row, for four channels: windows that leave the input one
 * by one with the taps that they have, all others in one run. `x` is the first input row that the
 * windows meet; the run has its rows and weights, the output of column 0, and the scales. */
static void iso_dsp_conv_int16_columns(const int16_t *x, const iso_conv_shape *s,
                                       iso_dsp_conv_int16_run run, int32_t from, int32_t to) {
    const int32_t row_words = s->kernel_width * s->input_channels / 2;
    const int32_t row_padded = (row_words + 1) / 2 * 2;
    const int32_t row_bytes = 2 * s->dilation_height * s->input_width * s->input_channels;
    int32_t column = from;
    while (column < to) {
        const int32_t v = column * s->stride_width - s->pad_left;
        const int32_t beyond = v + s->kernel_width - s->input_width;
        const int32_t low = v < 0 ? -v : 0;
        const int32_t taps = s->kernel_width - low - (beyond > 0 ? beyond : 0);
        iso_dsp_conv_int16_run part = run;
        part.y = run.y + column * run.y_step;
        part.count = 1;
        if (taps <= 0 || run.rows <= 0) {
            part.words = 0;
            part.rows = 1;
        } else {
            part.x = x + (v + low) * s->input_channels;
            part.weights = run.weights + 2 * low * s->input_channels;
            part.words = taps * s->input_channels / 2;
            part.x_row = row_bytes - 4 * part.words;
            part.weight_row = 16 * (row_padded - part.words);
            if (low == 0 && beyond <= 0) {
                const int32_t left = -beyond / s->stride_width + 1;
                part.count = left < to - column ? left : to - column;
            }
        }
        iso_dsp_conv_int16_positions(&part);
        column += part.count;
    }
}

/* y = clamp(((bias + sum of w * x) * multiplier >> shift) + offset), input codes of zero beyond the
 * borders. `group` columns are computed for all channels before the next ones; where channels are
 * not whole fours, the last four begin within the four in front of them. */
static void iso_dsp_conv_int16(const int16_t *x, void *y, const iso_conv_shape *s,
                               const int32_t *weights, const int32_t *scales, int32_t wide,
                               int32_t low, int32_t high, int32_t group, int32_t *scratch) {
    const int32_t bytes = wide != 0 ? 2 : 1;
    const int32_t row_steps = (s->kernel_width * s->input_channels + 3) >> 2;
    const int32_t steps = s->kernel_height * row_steps;
    iso_dsp_conv_int16_run run = {
        .x = x,
        .x_step = 2 * s->stride_width * s->input_channels,
        .y_step = bytes * s->output_channels,
        .high = ((uint32_t)high & 0xffffU) * 0x10001U,
        .low = ((uint32_t)low & 0xffffU) * 0x10001U,
        .wide = wide,
    };
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        /* Kernel rows that meet the input: from first to end. */
        const int32_t row = oh * s->stride_height - s->pad_top;
        int32_t first = 0, end = s->kernel_height;
        while (first < end && row + first * s->dilation_height < 0) {
            first++;
        }
        while (end > first && row + (end - 1) * s->dilation_height >= s->input_height) {
            end--;
        }
        const int32_t input_row = end > first ? row + first * s->dilation_height : 0;
        const int16_t *from = x + input_row * s->input_width * s->input_channels;
        int8_t *output_row = (int8_t *)y + oh * s->output_width * run.y_step;
        run.rows = end - first;
        run.weights = scratch + 8 * first * row_steps;
        for (int32_t start = 0; start < s->output_width; start += group) {
            const int32_t stop = start + group < s->output_width ? start + group : s->output_width;
            for (int32_t fours = 0; fours < s->output_channels; fours += 4) {
                const int32_t last = s->output_channels - 4;
                const int32_t channel = fours < last ? fours : last;
                iso_dsp_unpack_taps(weights + channel * steps, 8 * steps, scratch, steps);
                run.scales = scales + 4 * channel;
                run.y = output_row + bytes * channel;
                iso_dsp_conv_int16_columns(from, s, run, start, stop);
            }
        }
    }
}

#include "iso_dsp_gradient.h"
#include "iso_dsp_windows.h"

/*
 * Gradient of a convolution with respect to its input: int16 gradient, int8 weights.
 *
 * The input positions of one stride phase meet the same taps, and their windows of dy are runs of
 * memory: nothing is expanded and no product with zero is formed. Four input channels work
 * together; their weights are paired again in RAM from the forward table, two output channels in a
 * word, for all positions of a group.
 */

/* A run of positions of one phase, as iso_dsp_windows.h wants it: 40 to 60 are this kernel's. */
typedef struct {
    const int16_t *dy;         /* 0: window of the first position */
    int32_t dy_step;           /* 4: bytes from one window to the next */
    const int32_t *weights;    /* 8: four channels of each pair of output channels */
    int32_t rows;              /* 12: kernel rows */
    int32_t dy_row;            /* 16: bytes from the end of a row's run to the start of the next */
    int32_t weight_row;        /* 20: the same for weights */
    int32_t words;             /* 24: pairs of output channels in the run of one row */
    int16_t *dx;               /* 28 */
    int32_t dx_step;           /* 32: bytes from one output to the next */
    int32_t count;             /* 36: positions */
    const int32_t *multiplier; /* 40: of the four channels */
    int32_t limit;             /* 44 */
    const uint8_t *mask;       /* 48: or NULL */
    int32_t mask_bit;          /* 52: of the first position and channel, a multiple of four */
    int32_t mask_step;         /* 56: bits from one position to the next */
    int32_t unused;            /* 60 */
} iso_dsp_gradient_run;

/* Returns how many values saturated. A position whose four mask bits are all clear costs no
 * product. */
__attribute__((naked, noinline)) static uint32_t
iso_dsp_gradient_positions(__attribute__((unused)) const iso_dsp_gradient_run *run) {
    __asm__ volatile("iso_dsp_windows_enter\n"
                     "2: ldr r4, [sp, #48]\n"
                     "mov r11, #15\n"
                     "cbz r4, 3f\n"
                     "ldrd r5, r6, [sp, #52]\n"
                     "lsr r7, r5, #3\n"
                     "ldrb r11, [r4, r7]\n"
                     "add r6, r6, r5\n"
                     "str r6, [sp, #52]\n"
                     "and r5, r5, #4\n"
                     "lsr r11, r11, r5\n"
                     "ands r11, r11, #15\n"
                     "beq 13f\n"
                     "3: ldr r4, [sp, #12]\n"
                     "strd r4, r11, [sp, #76]\n" /* 76: rows left, 80: mask bits */
                     "ldr r12, [sp]\n"
                     "ldr lr, [sp, #8]\n"
                     "movs r0, #0\n"
                     "movs r1, #0\n"
                     "movs r2, #0\n"
                     "movs r3, #0\n"
                     "iso_dsp_windows_sums\n"
                     "iso_dsp_gradient_round 40, 44, 80\n"
                     "11: ldrd r8, r9, [sp, #28]\n"
                     "strd r0, r1, [r8]\n"
                     "iso_dsp_windows_next\n"
                     "ldr r0, [sp, #68]\n"
                     "add sp, sp, #92\n"
                     "pop {r4-r11, pc}\n"
                     "iso_dsp_gradient_saturate 68\n"
                     "13: movs r0, #0\n"
                     "movs r1, #0\n"
                     "b 11b\n"
                     "iso_dsp_gradient_masks\n"
                     ".ltorg\n");
}

/* Four channels of one tap, all pairs of output channels: halfwords 256 * w1 + w0 (iso_dsp_dot.c)
 * become words (w0, w1). `step` bytes lie between pairs. */
__attribute__((naked, noinline)) static int32_t *
iso_dsp_pair_weights(__attribute__((unused)) const int32_t *weights,
                     __attribute__((unused)) int32_t step, __attribute__((unused)) int32_t *to,
                     __attribute__((unused)) int32_t pairs) {
    __asm__ volatile("push {r4-r8, lr}\n"
                     "1: ldrd r4, r5, [r0]\n"
                     "add r0, r0, r1\n"
                     "sxtb16 r6, r4\n"
                     "sxtb16 r7, r5\n"
                     "ssub16 r4, r4, r6\n"
                     "ssub16 r5, r5, r7\n"
                     "sxtb16 r8, r4, ror #8\n"
                     "sxtb16 r12, r5, ror #8\n"
                     "pkhbt r4, r6, r8, lsl #16\n"
                     "pkhbt r5, r7, r12, lsl #16\n"
                     "pkhtb r6, r8, r6, asr #16\n"
                     "pkhtb r7, r12, r7, asr #16\n"
                     "stmia r2!, {r4-r7}\n"
                     "subs r3, r3, #1\n"
                     "bne 1b\n"
                     "mov r0, r2\n"
                     "pop {r4-r8, pc}\n");
}

static int32_t iso_dsp_ceil_div(int32_t value, int32_t by) {
    return value <= 0 ? 0 : (value + by - 1) / by;
}

/* What the positions of one group and phase share. */
typedef struct {
    const int16_t *dy;
    int16_t *dx;
    const iso_conv_shape *shape;
    const uint8_t *mask;
    int32_t row, first_tap_row, rows; /* kernel rows that meet this row of positions */
    int32_t tap, taps;                /* the phase's lowest kernel column, and how many it has */
} iso_dsp_phase;

/* The positions of a phase from column `from` to `to`, for four channels: borders one by one with
 * the taps that they have, all others in one run. */
static uint32_t iso_dsp_gradient_columns(const iso_dsp_phase *p, iso_dsp_gradient_run run,
                                         int32_t from, int32_t to, int32_t channel) {
    const iso_conv_shape *s = p->shape;
    const int32_t pairs = s->output_channels >> 1;
    const int32_t stride = s->stride_width;
    const int32_t row_pairs = p->taps * pairs;
    uint32_t saturations = 0;
    int32_t column = from;
    while (column < to) {
        /* The window ends at the output that tap `tap` belongs to and goes back from there. */
        const int32_t last = (column + s->pad_left - p->tap) / stride;
        const int32_t high = last < s->output_width ? 0 : last - s->output_width + 1;
        const int32_t low = last + 1 < p->taps ? p->taps - 1 - last : 0;
        const int32_t taps = p->taps - high - low;
        int32_t count = 1;
        if (low == 0 && high == 0) {
            const int32_t here = (to - column + stride - 1) / stride;
            const int32_t there = s->output_width - last;
            count = here < there ? here : there;
        }
        const int32_t at = (p->row * s->input_width + column) * s->input_channels + channel;
        if (taps <= 0 || p->rows <= 0) {
            memset(p->dx + at, 0, 4 * sizeof(int16_t));
            count = 1;
        } else {
            const int32_t oh = (p->row + s->pad_top - p->first_tap_row) / s->stride_height;
            const int32_t first = (oh - p->rows + 1) * s->output_width + last - p->taps + 1 + low;
            const int32_t words = taps * pairs;
            iso_dsp_gradient_run part = run;
            part.dy = p->dy + first * s->output_channels;
            part.weights = run.weights + 4 * low * pairs;
            part.rows = p->rows;
            part.dy_row = 4 * (s->output_width * pairs - words);
            part.weight_row = 16 * (row_pairs - words);
            part.words = words;
            part.dx = p->dx + at;
            part.count = count;
            part.mask_bit = at;
            saturations += iso_dsp_gradient_positions(&part);
        }
        column += count * stride;
    }
    return saturations;
}

/* dx = mask * clamp((sum of w * dy) * multiplier[channel] >> 32); returns how many values
 * saturated. `group` columns are computed for all channels before the next ones. */
static uint32_t iso_dsp_gradient(const int16_t *dy, int16_t *dx, const iso_conv_shape *s,
                                 const int32_t *weights, const int32_t *multiplier,
                                 const uint8_t *mask, int32_t limit, int32_t group,
                                 int32_t *scratch) {
    const int32_t pairs = s->output_channels >> 1;
    const int32_t row_bytes = 2 * s->kernel_width * s->input_channels;
    const int32_t step = s->kernel_height * row_bytes;
    uint32_t saturations = 0;
    const iso_dsp_gradient_run common = {
        .dy_step = 2 * s->output_channels,
        .weights = scratch,
        .dx_step = 2 * s->stride_width * s->input_channels,
        .limit = limit,
        .mask = mask,
        .mask_step = s->stride_width * s->input_channels,
    };
    for (int32_t row = 0; row < s->input_height; row++) {
        /* Kernel rows of this phase whose output row is there: from first to last by the stride. */
        const int32_t phase_row = (row + s->pad_top) % s->stride_height;
        const int32_t highest = (row + s->pad_top - phase_row) / s->stride_height;
        const int32_t skipped = iso_dsp_ceil_div(highest - s->output_height + 1, 1);
        const int32_t first_tap_row = phase_row + skipped * s->stride_height;
        const int32_t rows_of_kernel =
            iso_dsp_ceil_div(s->kernel_height - first_tap_row, s->stride_height);
        const int32_t rows_of_output = highest - skipped + 1;
        const int32_t rows = rows_of_kernel < rows_of_output ? rows_of_kernel : rows_of_output;
        for (int32_t start = 0; start < s->input_width; start += group) {
            const int32_t end = start + group < s->input_width ? start + group : s->input_width;
            for (int32_t phase = 0; phase < s->stride_width && start + phase < end; phase++) {
                const int32_t tap = (start + phase + s->pad_left) % s->stride_width;
                const int32_t taps = iso_dsp_ceil_div(s->kernel_width - tap, s->stride_width);
                const iso_dsp_phase p = {.dy = dy,
                                         .dx = dx,
                                         .shape = s,
                                         .mask = mask,
                                         .row = row,
                                         .first_tap_row = first_tap_row,
                                         .rows = rows,
                                         .tap = tap,
                                         .taps = taps};
                for (int32_t channel = 0; channel < s->input_channels; channel += 4) {
                    int32_t *to = scratch;
                    /* Backwards: the window of dy goes upwards where the taps go down. */
                    for (int32_t i = rows - 1; i >= 0; i--) {
                        const int32_t kh = first_tap_row + i * s->stride_height;
                        for (int32_t j = taps - 1; j >= 0; j--) {
                            const int32_t kw = tap + j * s->stride_width;
                            const int32_t at =
                                kh * row_bytes + 2 * (kw * s->input_channels + channel);
                            to = iso_dsp_pair_weights(weights + (at >> 2), step, to, pairs);
                        }
                    }
                    iso_dsp_gradient_run run = common;
                    run.multiplier = multiplier + channel;
                    saturations += iso_dsp_gradient_columns(&p, run, start + phase, end, channel);
                }
            }
        }
    }
    return saturations;
}

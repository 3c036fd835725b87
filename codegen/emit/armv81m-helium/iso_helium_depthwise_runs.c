#include "iso_helium.h"

/* One call of a depthwise routine, in the order in which the assembly reads it: a pointer for each
 * tap; `step` takes those from the end of a position to the next one, `overhang` the output's back.
 * The routine counts `positions` down. */
typedef struct {
    const int8_t *taps[9];
    const int8_t *weights;
    const int32_t *parameters;
    int8_t *y;
    int32_t step;
    int32_t bytes;
    int32_t positions;
    int32_t overhang;
} iso_depthwise_run;

/* Depthwise convolution in runs of positions whose columns all lie inside the input, and one by one
 * where they do not. Taps outside read `zero_bytes` of the input's zero point in the scratch. In a
 * `single` block the positions of a run are one loop. */
static void iso_helium_depthwise_runs(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                                      const int8_t *weights, const int32_t *parameters,
                                      int32_t zero_point, void *scratch, int32_t zero_bytes,
                                      void (*routine)(iso_depthwise_run *run), int single) {
    const int32_t channels = s->input_channels;
    const int32_t overhang = (channels + 15) / 16 * 16 - channels;
    const int32_t reach = (s->kernel_width - 1) * s->dilation_width;
    iso_depthwise_run run = {
        .weights = weights,
        .parameters = parameters,
        .step = (s->stride_width - 1) * channels - overhang,
        .bytes = channels,
        .overhang = overhang,
    };
    iso_helium_fill(scratch, zero_point, zero_bytes, 16);
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        int32_t count = 1;
        for (int32_t ow = 0; ow < s->output_width; ow += count) {
            const int32_t column = ow * s->stride_width - s->pad_left;
            const int32_t room = s->input_width - 1 - reach - column;
            const int inside = column >= 0 && room >= 0;
            int32_t tap = 0;
            count = inside ? room / s->stride_width + 1 : 1;
            count = count < s->output_width - ow ? count : s->output_width - ow;
            for (int32_t kh = 0; kh < s->kernel_height; kh++) {
                const int32_t h = oh * s->stride_height - s->pad_top + kh * s->dilation_height;
                const int in_row = h >= 0 && h < s->input_height;
                for (int32_t kw = 0; kw < s->kernel_width; kw++) {
                    const int32_t v = column + kw * s->dilation_width;
                    const int in = in_row && v >= 0 && v < s->input_width;
                    run.taps[tap++] = in ? x + (h * s->input_width + v) * channels : scratch;
                }
            }
            run.y = y;
            run.positions = count;
            if (single) {
                run.bytes = count * channels;
            }
            routine(&run);
            y += count * channels;
        }
    }
}

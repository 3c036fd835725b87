#include "iso_dsp_clamp.h"
#include "iso_dsp_expand_block.c"
#include "iso_dsp_dot.c"

/* Convolution int8 -> int8, three positions at a time: their windows are expanded into the scratch,
 * then meet the weights of every output channel. Rows that are not written as they come (the last
 * block, an odd number of channels) pass through the scratch. */
static void iso_dsp_conv(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                         const int32_t *weights, const int32_t *scales, int32_t zero_point,
                         int32_t low, int32_t high, int32_t *scratch) {
    const int32_t channels = s->output_channels;
    const int32_t pairs = (channels + 1) >> 1;
    const int32_t steps = s->kernel_height * ((s->kernel_width * s->input_channels + 3) >> 2);
    const int32_t positions = s->output_height * s->output_width;
    int32_t *end = scratch + 6 * steps;
    int8_t *rows = (int8_t *)end;
    int8_t *line = rows + 6 * pairs;
    for (int32_t position = 0; position < positions; position += 3) {
        const int32_t count = positions - position < 3 ? positions - position : 3;
        iso_dsp_expand_block(x, s, position, count, zero_point, line, scratch);
        const int direct = count == 3 && channels == 2 * pairs;
        const iso_dsp_product product = {
            .activations = scratch,
            .activations_end = end,
            .steps = (uint32_t)steps,
            .output = direct ? y : rows,
            .output_stride = 2 * pairs,
            .scales = scales,
            .scales_end = scales + 8 * pairs,
            .weights = weights,
        };
        iso_dsp_dot_three(&product);
        for (int32_t i = 0; !direct && i < count; i++) {
            memcpy(y + i * channels, rows + i * 2 * pairs, (size_t)channels);
        }
        iso_dsp_clamp(y, count * channels, low, high);
        y += 3 * channels;
    }
}

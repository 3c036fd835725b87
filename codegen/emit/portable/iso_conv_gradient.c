#include "iso_kernel.h"

/* Sums of up to four neighbouring input channels at one position: every output position whose
 * window covers it, every output channel of the group. Reads the forward weights as they lie. */
static void iso_conv_gradient_sums(const int16_t *dy, const int8_t *weights,
                                   const iso_conv_shape *s, int32_t row, int32_t column,
                                   int32_t first_output, int32_t channel, int32_t count,
                                   int32_t sums[4]) {
    const int32_t group_inputs = s->input_channels / s->groups;
    const int32_t group_outputs = s->output_channels / s->groups;
    const int32_t step = s->kernel_height * s->kernel_width * group_inputs;
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (int32_t kh = 0; kh < s->kernel_height; kh++) {
        const int32_t h = row + s->pad_top - kh * s->dilation_height;
        const int32_t oh = h / s->stride_height;
        if (h < 0 || oh * s->stride_height != h || oh >= s->output_height) {
            continue;
        }
        for (int32_t kw = 0; kw < s->kernel_width; kw++) {
            const int32_t v = column + s->pad_left - kw * s->dilation_width;
            const int32_t ow = v / s->stride_width;
            if (v < 0 || ow * s->stride_width != v || ow >= s->output_width) {
                continue;
            }
            const int16_t *from =
                dy + (oh * s->output_width + ow) * s->output_channels + first_output;
            const int8_t *w = weights + first_output * step +
                              (kh * s->kernel_width + kw) * group_inputs + channel;
            if (count == 4) {
                for (int32_t m = 0; m < group_outputs; m++) {
                    const int32_t g = from[m];
                    a += w[0] * g;
                    b += w[1] * g;
                    c += w[2] * g;
                    d += w[3] * g;
                    w += step;
                }
            } else {
                for (int32_t m = 0; m < group_outputs; m++) {
                    const int32_t g = from[m];
                    a += w[0] * g;
                    b += count > 1 ? w[1] * g : 0;
                    c += count > 2 ? w[2] * g : 0;
                    w += step;
                }
            }
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* dx = mask * clamp((sum of w * dy) * multiplier[channel] >> shift); returns how many values
 * saturated. */
static uint32_t iso_conv_gradient(const int16_t *dy, int16_t *dx, const iso_conv_shape *s,
                                  const int8_t *weights, const int32_t *multiplier, uint32_t shift,
                                  const uint8_t *mask, int32_t limit) {
    const int32_t group_inputs = s->input_channels / s->groups;
    const int32_t group_outputs = s->output_channels / s->groups;
    uint32_t saturations = 0;
    int32_t sums[4];
    for (int32_t row = 0; row < s->input_height; row++) {
        for (int32_t column = 0; column < s->input_width; column++) {
            const int32_t to = (row * s->input_width + column) * s->input_channels;
            for (int32_t group = 0; group < s->groups; group++) {
                for (int32_t channel = 0; channel < group_inputs; channel += 4) {
                    const int32_t left = group_inputs - channel;
                    const int32_t count = left < 4 ? left : 4;
                    iso_conv_gradient_sums(dy, weights, s, row, column, group * group_outputs,
                                           channel, count, sums);
                    for (int32_t i = 0; i < count; i++) {
                        const int32_t at = group * group_inputs + channel + i;
                        if (!iso_kept(mask, to + at)) {
                            dx[to + at] = 0;
                            continue;
                        }
                        const int32_t value = iso_round(sums[i], multiplier[at], shift);
                        const int32_t kept = iso_clamp(value, -limit, limit);
                        saturations += kept != value;
                        dx[to + at] = (int16_t)kept;
                    }
                }
            }
        }
    }
    return saturations;
}

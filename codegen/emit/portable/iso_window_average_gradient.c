#include "iso_kernel.h"

/* How many taps of one window lie inside the bounds (rows and columns: first, one past the last).
 */
static int32_t iso_window_count(const iso_conv_shape *s, const int32_t bounds[4], int32_t oh,
                                int32_t ow) {
    int32_t rows = 0, columns = 0;
    for (int32_t kh = 0; kh < s->kernel_height; kh++) {
        const int32_t h = oh * s->stride_height - s->pad_top + kh * s->dilation_height;
        rows += h >= bounds[0] && h < bounds[1];
    }
    for (int32_t kw = 0; kw < s->kernel_width; kw++) {
        const int32_t v = ow * s->stride_width - s->pad_left + kw * s->dilation_width;
        columns += v >= bounds[2] && v < bounds[3];
    }
    return rows * columns;
}

/* Weighted sum of the gradients of the windows that cover one input element. */
static int32_t iso_window_share(const int16_t *dy, const iso_conv_shape *s, const int32_t bounds[4],
                                const int32_t *weight, int32_t fewest, int32_t row, int32_t column,
                                int32_t channel) {
    int32_t sum = 0;
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
            sum += dy[(oh * s->output_width + ow) * s->input_channels + channel] *
                   weight[iso_window_count(s, bounds, oh, ow) - fewest];
        }
    }
    return sum;
}

/* Each window spreads its gradient over its taps; the weight of a count stands at
 * count - fewest. Returns how many values saturated. */
static uint32_t iso_window_average_gradient(const int16_t *dy, int16_t *dx, const iso_conv_shape *s,
                                            const int32_t bounds[4], const int32_t *weight,
                                            int32_t fewest, const int32_t *multiplier,
                                            uint32_t shift, const uint8_t *mask, int32_t limit) {
    uint32_t saturations = 0;
    int32_t to = 0;
    for (int32_t row = 0; row < s->input_height; row++) {
        for (int32_t column = 0; column < s->input_width; column++) {
            for (int32_t c = 0; c < s->input_channels; c++, to++) {
                if (!iso_kept(mask, to)) {
                    dx[to] = 0;
                    continue;
                }
                const int32_t sum = iso_window_share(dy, s, bounds, weight, fewest, row, column, c);
                const int32_t value = iso_round(sum, multiplier[c], shift);
                const int32_t kept = iso_clamp(value, -limit, limit);
                saturations += kept != value;
                dx[to] = (int16_t)kept;
            }
        }
    }
    return saturations;
}

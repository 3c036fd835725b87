#include "iso_kernel.h"

/* Mean of each window: bounds are the rows and columns whose taps count, first and one past the
 * last; the multiplier of a count stands at count - fewest. */
static void iso_window_average(const int8_t *x8, const int16_t *x16, int8_t *y8, int16_t *y16,
                               const iso_conv_shape *s, const int32_t bounds[4], int32_t fewest,
                               const int32_t *multiplier, uint32_t shift, int32_t x_zero,
                               int32_t y_zero, int32_t low, int32_t high) {
    int32_t out = 0;
    const int32_t channels = s->input_channels;
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        for (int32_t ow = 0; ow < s->output_width; ow++) {
            for (int32_t c = 0; c < channels; c++, out++) {
                int32_t sum = 0, count = 0;
                for (int32_t kh = 0; kh < s->kernel_height; kh++) {
                    const int32_t h = oh * s->stride_height - s->pad_top + kh * s->dilation_height;
                    for (int32_t kw = 0; kw < s->kernel_width; kw++) {
                        const int32_t v =
                            ow * s->stride_width - s->pad_left + kw * s->dilation_width;
                        count += h >= bounds[0] && h < bounds[1] && v >= bounds[2] && v < bounds[3];
                        if (h >= 0 && h < s->input_height && v >= 0 && v < s->input_width) {
                            const int32_t at = (h * s->input_width + v) * channels + c;
                            sum += iso_at(x8, x16, at) - x_zero;
                        }
                    }
                }
                const int32_t mean = iso_round(sum, multiplier[count - fewest], shift);
                iso_put(y8, y16, out, iso_clamp(y_zero + mean, low, high));
            }
        }
    }
}

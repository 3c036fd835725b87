#include "iso_kernel.h"

/* Sum of one output: taps outside the input read its zero point. */
static int32_t iso_conv_sum(const int8_t *x8, const int16_t *x16, const int8_t *w,
                            const iso_conv_shape *s, int32_t row, int32_t column,
                            int32_t first_channel, int32_t zero_point) {
    const int32_t channels = s->input_channels / s->groups;
    int32_t sum = 0;
    for (int32_t kh = 0; kh < s->kernel_height; kh++) {
        const int32_t h = row + kh * s->dilation_height;
        for (int32_t kw = 0; kw < s->kernel_width; kw++) {
            const int32_t v = column + kw * s->dilation_width;
            if (h >= 0 && h < s->input_height && v >= 0 && v < s->input_width) {
                const int32_t from = (h * s->input_width + v) * s->input_channels + first_channel;
                for (int32_t c = 0; c < channels; c++) {
                    sum += w[c] * iso_at(x8, x16, from + c);
                }
            } else {
                for (int32_t c = 0; c < channels; c++) {
                    sum += w[c] * zero_point;
                }
            }
            w += channels;
        }
    }
    return sum;
}

/* Adds to the sums of four outputs whose window lies inside the input, of an ungrouped kernel
 * without horizontal dilation: each kernel row is one contiguous run of the input, and each value
 * read serves four channels. */
static void iso_conv_sums_inside(const int8_t *x8, const int16_t *x16, const int8_t *w,
                                 const iso_conv_shape *s, int32_t kernel, int32_t row,
                                 int32_t column, int32_t sums[4]) {
    const int32_t run = s->kernel_width * s->input_channels;
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (int32_t kh = 0; kh < s->kernel_height; kh++) {
        const int32_t h = row + kh * s->dilation_height;
        const int32_t from = (h * s->input_width + column) * s->input_channels;
        const int8_t *wa = w + kh * run, *wb = wa + kernel, *wc = wb + kernel, *wd = wc + kernel;
        for (int32_t i = from; i < from + run; i++) {
            const int32_t value = iso_at(x8, x16, i);
            a += *wa++ * value;
            b += *wb++ * value;
            c += *wc++ * value;
            d += *wd++ * value;
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* y = clamp(((bias + sum of w * x) * multiplier >> shift) + offset). A table of shifts, one for
 * each output channel, replaces the one shift. */
static void iso_conv(const int8_t *x8, const int16_t *x16, int8_t *y8, int16_t *y16,
                     const iso_conv_shape *s, const int8_t *weights, const int32_t *bias,
                     const int32_t *multiplier, uint32_t shift, const uint8_t *shifts,
                     int32_t offset, int32_t low, int32_t high, int32_t zero_point) {
    const int32_t group_outputs = s->output_channels / s->groups;
    const int32_t group_inputs = s->input_channels / s->groups;
    const int32_t kernel = s->kernel_height * s->kernel_width * group_inputs;
    const int32_t reach_row = (s->kernel_height - 1) * s->dilation_height;
    const int32_t reach_column = (s->kernel_width - 1) * s->dilation_width;
    const int contiguous = s->groups == 1 && s->dilation_width == 1;
    int32_t out = 0;
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t row = oh * s->stride_height - s->pad_top;
        for (int32_t ow = 0; ow < s->output_width; ow++) {
            const int32_t column = ow * s->stride_width - s->pad_left;
            const int inside = contiguous && row >= 0 && row + reach_row < s->input_height &&
                               column >= 0 && column + reach_column < s->input_width;
            for (int32_t m = 0; m < s->output_channels; m += 4) {
                const int32_t left = s->output_channels - m;
                const int32_t count = left < 4 ? left : 4;
                int32_t sums[4];
                for (int32_t i = 0; i < count; i++) {
                    sums[i] = bias[m + i];
                }
                if (inside && count == 4) {
                    iso_conv_sums_inside(x8, x16, weights + m * kernel, s, kernel, row, column,
                                         sums);
                } else {
                    for (int32_t i = 0; i < count; i++) {
                        const int32_t first_channel = (m + i) / group_outputs * group_inputs;
                        sums[i] += iso_conv_sum(x8, x16, weights + (m + i) * kernel, s, row, column,
                                                first_channel, zero_point);
                    }
                }
                for (int32_t i = 0; i < count; i++, out++) {
                    const uint32_t by = shifts == NULL ? shift : shifts[m + i];
                    const int32_t rounded = iso_round(sums[i], multiplier[m + i], by);
                    const int32_t value = iso_clamp(rounded + offset, low, high);
                    iso_put(y8, y16, out, value);
                }
            }
        }
    }
}

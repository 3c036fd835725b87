#include "iso_helium.h"

/* Gathers the window of one output position: taps outside the input read its zero point. */
static void iso_helium_window(int8_t *to, const int8_t *x, const iso_conv_shape *s, int32_t row,
                              int32_t column, int32_t zero_point) {
    const int32_t run = s->kernel_width * s->input_channels;
    const int32_t before = column < 0 ? iso_clamp(-column, 0, s->kernel_width) : 0;
    const int32_t behind = iso_clamp(column + s->kernel_width - s->input_width, 0, s->kernel_width);
    const int32_t inside = s->kernel_width - before - behind;
    for (int32_t kh = 0; kh < s->kernel_height; kh++, to += run) {
        const int32_t h = row + kh * s->dilation_height;
        if (h < 0 || h >= s->input_height || inside <= 0) {
            iso_helium_fill(to, zero_point, run, 16);
            continue;
        }
        if (before > 0) {
            iso_helium_fill(to, zero_point, before * s->input_channels, 16);
        }
        if (behind > 0) {
            iso_helium_fill(to + (before + inside) * s->input_channels, zero_point,
                            behind * s->input_channels, 16);
        }
        const int8_t *from = x + (h * s->input_width + column + before) * s->input_channels;
        iso_helium_copy(to + before * s->input_channels, from, inside * s->input_channels, 16);
    }
}

/* Convolution by tiles whose activations are whole windows, `pitch` bytes apart; scratch holds four
 * of them. What lies behind a window meets weights of zero. */
static void iso_helium_conv_windows(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                                    const int8_t *weights, const int32_t *parameters,
                                    int32_t zero_point, void *scratch, iso_tile_routine tiles,
                                    int32_t pitch) {
    int8_t *windows = scratch;
    const int32_t run = s->kernel_width * s->input_channels;
    const int32_t reach = (s->kernel_height - 1) * s->dilation_height;
    const int whole = run == pitch && s->kernel_width * s->stride_width == 1 &&
                      s->input_height == 1 && s->pad_left == 0 && s->output_width <= s->input_width;
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t row = oh * s->stride_height - s->pad_top;
        for (int32_t ow = 0; ow < s->output_width; ow += 4) {
            const int32_t left = s->output_width - ow;
            const int32_t count = left < 4 ? left : 4;
            const int32_t column = ow * s->stride_width - s->pad_left;
            const int8_t *from = x + (row * s->input_width + column) * s->input_channels;
            if (whole) {
                iso_helium_copy(windows, from, count * pitch, 16);
            } else if (row >= 0 && row + reach < s->input_height && column >= 0 &&
                       column + (count - 1) * s->stride_width + s->kernel_width <= s->input_width) {
                for (int32_t i = 0; i < count; i++) {
                    int8_t *to = windows + i * pitch;
                    const int8_t *run_from = from + i * s->stride_width * s->input_channels;
                    for (int32_t kh = 0; kh < s->kernel_height; kh++) {
                        iso_helium_copy(to, run_from, run, 16);
                        to += run;
                        run_from += s->dilation_height * s->input_width * s->input_channels;
                    }
                }
            } else {
                for (int32_t i = 0; i < count; i++) {
                    iso_helium_window(windows + i * pitch, x, s, row, column + i * s->stride_width,
                                      zero_point);
                }
            }
            iso_helium_block(tiles, windows, pitch / 16, weights, parameters, y, s, count,
                             windows + 4 * pitch);
            y += count * s->output_channels;
        }
    }
}

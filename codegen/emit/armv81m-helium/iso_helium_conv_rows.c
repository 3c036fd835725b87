#include "iso_helium.h"

/* Convolution by tiles whose activations are a stream: for each kernel row and 16 channels, one
 * vector of each of the `columns`. Scratch holds the stream of four positions. What lies behind the
 * last channel meets weights of zero. */
static void iso_helium_conv_rows(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                                 const int8_t *weights, const int32_t *parameters,
                                 int32_t zero_point, void *scratch, iso_tile_routine tiles,
                                 int32_t slices, const uint8_t *columns, int32_t column_count) {
    const int32_t step = 16 * column_count;
    const int32_t channels = s->input_channels;
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t row = oh * s->stride_height - s->pad_top;
        for (int32_t ow = 0; ow < s->output_width; ow += 4) {
            const int32_t left = s->output_width - ow;
            const int32_t count = left < 4 ? left : 4;
            const int32_t column = ow * s->stride_width - s->pad_left;
            int8_t *to = scratch;
            for (int32_t kh = 0; kh < s->kernel_height; kh++) {
                const int32_t h = row + kh * s->dilation_height;
                const int in_height = h >= 0 && h < s->input_height;
                const int8_t *from = x + h * s->input_width * channels;
                for (int32_t i = 0; i < column_count; i++) {
                    const int32_t v = column + columns[i];
                    if (in_height && v >= 0 && v < s->input_width) {
                        iso_helium_copy(to + 16 * i, from + v * channels, channels, step);
                    } else {
                        iso_helium_fill(to + 16 * i, zero_point, channels, step);
                    }
                }
                to += slices * step;
            }
            iso_helium_block(tiles, scratch, slices * s->kernel_height, weights, parameters, y, s,
                             count, to);
            y += count * s->output_channels;
        }
    }
}

#include "iso_kernel.h"

/* How sums become means: added to each value, scale, shift, added to the mean. */
typedef struct {
    int32_t input_offset, multiplier, output_offset;
    uint32_t shift;
} iso_window_mean_scales;

/* Mean of each window over the values inside the input, ties away from zero. */
static void iso_window_mean(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                            const iso_window_mean_scales *scales, int32_t low, int32_t high) {
    const int32_t channels = s->input_channels;
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t top = oh * s->stride_height - s->pad_top;
        const int32_t first_row = top > 0 ? top : 0;
        const int32_t below = top + s->kernel_height;
        const int32_t end_row = below < s->input_height ? below : s->input_height;
        for (int32_t ow = 0; ow < s->output_width; ow++) {
            const int32_t left = ow * s->stride_width - s->pad_left;
            const int32_t first = left > 0 ? left : 0;
            const int32_t right = left + s->kernel_width;
            const int32_t end = right < s->input_width ? right : s->input_width;
            const int32_t count = (end_row - first_row) * (end - first);
            for (int32_t c = 0; c < channels; c++) {
                int32_t sum = count * scales->input_offset;
                for (int32_t row = first_row; row < end_row; row++) {
                    for (int32_t column = first; column < end; column++) {
                        sum += x[(row * s->input_width + column) * channels + c];
                    }
                }
                const int32_t scaled = iso_round(sum, scales->multiplier, scales->shift);
                const int32_t half = scaled > 0 ? count / 2 : -(count / 2);
                const int32_t mean = (scaled + half) / count + scales->output_offset;
                y[(oh * s->output_width + ow) * channels + c] = (int8_t)iso_clamp(mean, low, high);
            }
        }
    }
}

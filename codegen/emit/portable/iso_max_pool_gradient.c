#include "iso_kernel.h"

/* Sum of the gradients of the windows that one input element has won. */
static int32_t iso_max_pool_won(const int16_t *dy, const int8_t *w8, const int16_t *w16,
                                const iso_conv_shape *s, int32_t row, int32_t column,
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
            const int32_t from = (oh * s->output_width + ow) * s->input_channels + channel;
            const int32_t winner = w8 != NULL ? w8[from] : w16[from];
            sum += winner == kh * s->kernel_width + kw ? dy[from] : 0;
        }
    }
    return sum;
}

/* Each window's gradient goes to its winner; returns how many values saturated. */
static uint32_t iso_max_pool_gradient(const int16_t *dy, const int8_t *w8, const int16_t *w16,
                                      int16_t *dx, const iso_conv_shape *s,
                                      const int32_t *multiplier, uint32_t shift,
                                      const uint8_t *mask, int32_t limit) {
    uint32_t saturations = 0;
    int32_t to = 0;
    for (int32_t row = 0; row < s->input_height; row++) {
        for (int32_t column = 0; column < s->input_width; column++) {
            for (int32_t c = 0; c < s->input_channels; c++, to++) {
                if (!iso_kept(mask, to)) {
                    dx[to] = 0;
                    continue;
                }
                const int32_t sum = iso_max_pool_won(dy, w8, w16, s, row, column, c);
                const int32_t value = iso_round(sum, multiplier[c], shift);
                const int32_t kept = iso_clamp(value, -limit, limit);
                saturations += kept != value;
                dx[to] = (int16_t)kept;
            }
        }
    }
    return saturations;
}

#include "iso_kernel.h"

/* Number of the tap that won each window, the first of equals. */
static void iso_max_pool_winner(const int8_t *x8, const int16_t *x16, int8_t *w8, int16_t *w16,
                                const iso_conv_shape *s) {
    const int32_t channels = s->input_channels;
    int32_t out = 0;
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        for (int32_t ow = 0; ow < s->output_width; ow++) {
            for (int32_t c = 0; c < channels; c++, out++) {
                int32_t best = INT32_MIN, winner = 0;
                for (int32_t kh = 0; kh < s->kernel_height; kh++) {
                    const int32_t h = oh * s->stride_height - s->pad_top + kh * s->dilation_height;
                    if (h < 0 || h >= s->input_height) {
                        continue;
                    }
                    for (int32_t kw = 0; kw < s->kernel_width; kw++) {
                        const int32_t v =
                            ow * s->stride_width - s->pad_left + kw * s->dilation_width;
                        if (v < 0 || v >= s->input_width) {
                            continue;
                        }
                        const int32_t at = (h * s->input_width + v) * channels + c;
                        const int32_t value = iso_at(x8, x16, at);
                        if (value > best) {
                            best = value;
                            winner = kh * s->kernel_width + kw;
                        }
                    }
                }
                iso_put(w8, w16, out, winner);
            }
        }
    }
}

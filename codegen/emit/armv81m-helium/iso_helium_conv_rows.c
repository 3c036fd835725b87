#include "iso_helium.h"

/* `count` vectors of up to 16 channels, from columns `step` bytes apart. */
static inline int8_t *iso_helium_columns(int8_t *to, const int8_t *from, int32_t count,
                                         int32_t step, int32_t channels) {
    __asm__ volatile("vctp.8 %[channels]\n"
                     "dls lr, %[count]\n"
                     "1:\n"
                     "vpst\n"
                     "vldrbt.8 q0, [%[from]]\n"
                     "vstrb.8 q0, [%[to]], #16\n"
                     "add %[from], %[step]\n"
                     "le lr, 1b\n"
                     : [to] "+r"(to), [from] "+r"(from)
                     : [count] "r"(count), [step] "r"(step), [channels] "r"(channels)
                     : "lr", "q0", "memory");
    return to;
}

/* Up to 16 channels of one kernel row of four output positions: the columns of each pass, `passes`
 * giving its first column and the number of them. Columns outside the input read its zero point. */
static int8_t *iso_helium_row(int8_t *to, const int8_t *row, int32_t column, int32_t channels,
                              const iso_conv_shape *s, const uint8_t *passes, int32_t pass_count,
                              int32_t reach, int32_t zero_point) {
    const int32_t step = s->stride_width * s->input_channels;
    const int inside = row != NULL && column >= 0 && column + reach < s->input_width;
    for (int32_t i = 0; i < pass_count; i++) {
        const int32_t first = column + passes[2 * i], count = passes[2 * i + 1];
        if (inside) {
            const int8_t *from = row + first * s->input_channels;
            to = iso_helium_columns(to, from, count, step, channels);
            continue;
        }
        for (int32_t j = 0; j < count; j++) {
            const int32_t v = first + j * s->stride_width;
            if (row != NULL && v >= 0 && v < s->input_width) {
                const int8_t *from = row + v * s->input_channels;
                to = iso_helium_columns(to, from, 1, step, channels);
            } else {
                vstrbq_s8(to, vdupq_n_s8((int8_t)zero_point));
                to += 16;
            }
        }
    }
    return to;
}

/* Convolution by tiles whose activations are a stream of vectors of 16 channels. Scratch holds the
 * stream of four positions. What lies behind the last channel meets weights of zero. */
static void iso_helium_conv_rows(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                                 const iso_tile_plan *plan, void *scratch, const uint8_t *passes,
                                 int32_t pass_count, int32_t reach) {
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t top = oh * s->stride_height - s->pad_top;
        for (int32_t ow = 0; ow < s->output_width; ow += 4) {
            const int32_t left = s->output_width - ow;
            const int32_t column = ow * s->stride_width - s->pad_left;
            const iso_tiles job = {.x = scratch, .positions = left < 4 ? left : 4};
            int8_t *to = scratch;
            for (int32_t c = 0; c < s->input_channels; c += 16) {
                for (int32_t kh = 0; kh < s->kernel_height; kh++) {
                    const int32_t h = top + kh * s->dilation_height;
                    const int8_t *row = h >= 0 && h < s->input_height
                                            ? x + h * s->input_width * s->input_channels + c
                                            : NULL;
                    to = iso_helium_row(to, row, column, s->input_channels - c, s, passes,
                                        pass_count, reach, plan->zero_point);
                }
            }
            y = iso_helium_tiles(plan, job, y, s->output_channels, to);
        }
    }
}

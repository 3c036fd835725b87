#ifndef ISO_COVERING_H
#define ISO_COVERING_H

#include "iso_kernel.h"

/* Taps of a depthwise kernel whose gradient goes by a list of what covers each position. */
#define ISO_COVERING_MOST 32

/* An output position whose window covers an input position, and the tap that meets it there. */
typedef struct {
    const int16_t *dy;
    int32_t tap;
} iso_covering;

/* The output positions whose windows cover an input position; returns how many. */
static inline int32_t iso_find_covering(iso_covering *found, const int16_t *dy,
                                        const iso_conv_shape *s, int32_t row, int32_t column) {
    int32_t count = 0;
    for (int32_t kh = 0; kh < s->kernel_height; kh++) {
        const int32_t h = row + s->pad_top - kh * s->dilation_height;
        const int32_t oh = h / s->stride_height;
        if (h < 0 || oh * s->stride_height != h || oh >= s->output_height) {
            continue;
        }
        for (int32_t kw = 0; kw < s->kernel_width; kw++) {
            const int32_t v = column + s->pad_left - kw * s->dilation_width;
            const int32_t ow = v / s->stride_width;
            if (v >= 0 && ow * s->stride_width == v && ow < s->output_width) {
                found[count].dy = dy + (oh * s->output_width + ow) * s->output_channels;
                found[count++].tap = kh * s->kernel_width + kw;
            }
        }
    }
    return count;
}

#endif

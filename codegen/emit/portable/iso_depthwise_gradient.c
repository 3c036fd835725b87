#include "iso_covering.h"

/* As iso_conv_gradient, where each channel has a kernel of its own: what covers a position is the
 * same for all of its channels. */
static uint32_t iso_depthwise_gradient(const int16_t *dy, int16_t *dx, const iso_conv_shape *s,
                                       const int8_t *weights, const int32_t *multiplier,
                                       uint32_t shift, const uint8_t *mask, int32_t limit) {
    const int32_t taps = s->kernel_height * s->kernel_width;
    iso_covering found[ISO_COVERING_MOST];
    uint32_t saturations = 0;
    int32_t at = 0;
    for (int32_t row = 0; row < s->input_height; row++) {
        for (int32_t column = 0; column < s->input_width; column++) {
            const int32_t count = iso_find_covering(found, dy, s, row, column);
            const int8_t *own = weights;
            for (int32_t c = 0; c < s->input_channels; c++, own += taps, at++) {
                if (!iso_kept(mask, at)) {
                    dx[at] = 0;
                    continue;
                }
                int32_t sum = 0;
                for (int32_t i = 0; i < count; i++) {
                    sum += own[found[i].tap] * found[i].dy[c];
                }
                const int32_t value = iso_round(sum, multiplier[c], shift);
                const int32_t kept = iso_clamp(value, -limit, limit);
                saturations += kept != value;
                dx[at] = (int16_t)kept;
            }
        }
    }
    return saturations;
}

#include "iso_helium.h"

/* Spreads the gradient of a mean over its positions, eight channels at a time, one byte of the
 * mask; returns how many channels saturated. */
static uint32_t iso_helium_average_pool_gradient(const int16_t *dy, int16_t *dx, int32_t positions,
                                                 int32_t channels, const int32_t *multiplier,
                                                 uint32_t shift, const uint8_t *mask,
                                                 int32_t limit) {
    static const uint16_t bits[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    const uint16x8_t bit = vldrhq_u16(bits);
    uint32_t saturations = 0;
    for (int32_t c = 0; c < channels; c += 8) {
        int16_t each[8];
        for (int32_t i = 0; i < 8; i++) {
            const int32_t value = iso_round(dy[c + i], multiplier[c + i], shift);
            const int32_t kept = iso_clamp(value, -limit, limit);
            saturations += kept != value;
            each[i] = (int16_t)kept;
        }
        const int16x8_t values = vldrhq_s16(each), none = vdupq_n_s16(0);
        int16_t *to = dx + c;
        for (int32_t p = 0; p < positions; p++, to += channels) {
            const uint32_t byte = mask == NULL ? 255 : mask[(p * channels + c) / 8];
            const uint16x8_t own = vandq_u16(vdupq_n_u16((uint16_t)byte), bit);
            vstrhq_s16(to, vpselq_s16(values, none, vcmpneq_n_u16(own, 0)));
        }
    }
    return saturations;
}

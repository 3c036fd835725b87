#include "iso_kernel.h"

/* One bit per element, set where it is above the zero point. */
static void iso_pack_signs(const int8_t *x8, const int16_t *x16, uint8_t *bits, int32_t elements,
                           int32_t zero_point) {
    for (int32_t i = 0; i < elements; i += 8) {
        uint32_t byte = 0;
        const int32_t left = elements - i;
        const int32_t count = left < 8 ? left : 8;
        for (int32_t bit = 0; bit < count; bit++) {
            byte |= (uint32_t)(iso_at(x8, x16, i + bit) > zero_point) << (uint32_t)bit;
        }
        bits[i >> 3] = (uint8_t)byte;
    }
}

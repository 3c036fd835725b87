#include "iso_kernel.h"

/* One bit per element, set where it is strictly between the bounds. */
static void iso_pack_inside(const int8_t *x8, const int16_t *x16, uint8_t *bits, int32_t elements,
                            int32_t low, int32_t high) {
    for (int32_t i = 0; i < elements; i += 8) {
        uint32_t byte = 0;
        const int32_t left = elements - i;
        const int32_t count = left < 8 ? left : 8;
        for (int32_t bit = 0; bit < count; bit++) {
            const int32_t value = iso_at(x8, x16, i + bit);
            byte |= (uint32_t)(value > low && value < high) << (uint32_t)bit;
        }
        bits[i >> 3] = (uint8_t)byte;
    }
}

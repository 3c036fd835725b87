#include "iso_neon.h"

/* As iso_pack_signs, of int8. */
static void iso_neon_pack_signs(const int8_t *x, uint8_t *bits, int32_t elements,
                                int32_t zero_point) {
    static const uint8_t powers[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t power = vld1q_u8(powers);
    const int8x16_t zero = vdupq_n_s8((int8_t)zero_point);
    int32_t i = 0;
    for (; i + 64 <= elements; i += 64) {
        uint8x16_t found[4];
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            found[v] = vandq_u8(vcgtq_s8(vld1q_s8(x + i + 16 * v), zero), power);
        }
        /* Neighbours added three times: eight elements make one byte. */
        const uint8x16_t quads =
            vpaddq_u8(vpaddq_u8(found[0], found[1]), vpaddq_u8(found[2], found[3]));
        vst1_u8(bits + i / 8, vget_low_u8(vpaddq_u8(quads, quads)));
    }
    for (; i < elements; i += 8) {
        const int32_t count = iso_staged_least(elements - i, 8);
        uint32_t byte = 0;
        for (int32_t bit = 0; bit < count; bit++) {
            byte |= (uint32_t)(x[i + bit] > zero_point) << (uint32_t)bit;
        }
        bits[i / 8] = (uint8_t)byte;
    }
}

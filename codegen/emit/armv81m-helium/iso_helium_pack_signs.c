#include "iso_helium.h"

/* One bit per element, set where it is above the zero point. */
static void iso_helium_pack_signs(const int8_t *x, uint8_t *bits, int32_t elements,
                                  int32_t zero_point) {
    uint32_t signs;
    __asm__ volatile("wls lr, %[vectors], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[x]], #16\n"
                     "vcmp.s8 gt, q0, %[zero_point]\n"
                     "vmrs %[signs], p0\n"
                     "strh %[signs], [%[bits]], #2\n"
                     "le lr, 1b\n"
                     "2:\n"
                     : [x] "+r"(x), [bits] "+r"(bits), [signs] "=&r"(signs)
                     : [vectors] "r"(elements / 16), [zero_point] "r"(zero_point)
                     : "lr", "q0", "p0", "memory");
    for (int32_t left = elements % 16; left > 0; left -= 8) {
        const mve_pred16_t lanes = vctp8q((uint32_t)(left < 8 ? left : 8));
        *bits++ = (uint8_t)vcmpgtq_m_n_s8(vldrbq_z_s8(x, lanes), (int8_t)zero_point, lanes);
        x += 8;
    }
}

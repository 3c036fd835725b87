#include "iso_helium.h"

/* One bit per element of an int16 signal, set where it is above zero: narrowed by saturation, the
 * elements of two vectors keep their signs. */
static void iso_helium_pack_signs_int16(const int16_t *x, uint8_t *bits, int32_t elements) {
    uint32_t signs;
    __asm__ volatile("wls lr, %[vectors], 2f\n"
                     "1:\n"
                     "vld20.16 {q0, q1}, [%[x]]\n"
                     "vld21.16 {q0, q1}, [%[x]]!\n"
                     "vqmovnb.s16 q0, q0\n"
                     "vqmovnt.s16 q0, q1\n"
                     "vcmp.s8 gt, q0, zr\n"
                     "vmrs %[signs], p0\n"
                     "strh %[signs], [%[bits]], #2\n"
                     "le lr, 1b\n"
                     "2:\n"
                     : [x] "+r"(x), [bits] "+r"(bits), [signs] "=&r"(signs)
                     : [vectors] "r"(elements / 16)
                     : "lr", "q0", "q1", "p0", "memory");
    for (int32_t left = elements % 16; left > 0; left -= 8) {
        uint32_t byte = 0;
        for (int32_t i = 0; i < 8 && i < left; i++) {
            byte |= (uint32_t)(*x++ > 0) << (uint32_t)i;
        }
        *bits++ = (uint8_t)byte;
    }
}

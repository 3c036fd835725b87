#include "../portable/iso_kernel.h"

/* Eight elements, one byte: SSUB8 compares four at once, SEL takes their bits, USAD8 adds them. */
static void iso_dsp_pack_signs(const int8_t *x, uint8_t *bits, int32_t elements,
                               int32_t zero_point) {
    const uint32_t above = ((uint32_t)(zero_point + 1) & 0xffU) * 0x01010101U;
    int32_t i = 0;
    for (; i + 8 <= elements; i += 8) {
        uint32_t low;
        uint32_t high;
        memcpy(&low, x + i, 4);
        memcpy(&high, x + i + 4, 4);
        __asm__("ssub8 %0, %0, %2\n"
                "sel %0, %3, %5\n"
                "ssub8 %1, %1, %2\n"
                "sel %1, %4, %5\n"
                "usad8 %0, %0, %5\n"
                "usada8 %0, %1, %5, %0\n"
                : "+&r"(low), "+&r"(high)
                : "r"(above), "r"(0x08040201U), "r"(0x80402010U), "r"(0U));
        bits[i >> 3] = (uint8_t)low;
    }
    if (i < elements) {
        uint32_t last = 0;
        for (int32_t bit = 0; i + bit < elements; bit++) {
            last |= (uint32_t)(x[i + bit] > zero_point) << bit;
        }
        bits[i >> 3] = (uint8_t)last;
    }
}

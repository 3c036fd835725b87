#include "../portable/iso_kernel.h"

/* Mean over all positions, four channels at a time: a word brings one value of each. */
static void iso_dsp_average_pool(const int8_t *x, int8_t *y, int32_t positions, int32_t channels,
                                 int32_t bias, int32_t multiplier, uint32_t shift) {
    for (int32_t c = 0; c < channels; c += 4) {
        int32_t sums[4] = {bias, bias, bias, bias};
        const int8_t *from = x + c;
        for (int32_t p = 0; p < positions; p++, from += channels) {
            uint32_t word;
            memcpy(&word, from, 4);
            __asm__("sxtab %0, %0, %4\n"
                    "sxtab %1, %1, %4, ror #8\n"
                    "sxtab %2, %2, %4, ror #16\n"
                    "sxtab %3, %3, %4, ror #24\n"
                    : "+&r"(sums[0]), "+&r"(sums[1]), "+&r"(sums[2]), "+&r"(sums[3])
                    : "r"(word));
        }
        for (int32_t i = 0; i < 4; i++) {
            const int32_t value = iso_round(sums[i], multiplier, shift);
            y[c + i] = (int8_t)iso_clamp(value, -128, 127);
        }
    }
}

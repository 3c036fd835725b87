#ifndef ISO_DSP_RECURRENT_DOT_H
#define ISO_DSP_RECURRENT_DOT_H

#include "../portable/iso_kernel.h"

/* Rows of a recurrent layer (iso_recurrent_dot.h), four products in two SMLAD. */
static inline int32_t iso_recurrent_dot_input(const int8_t *w, const int8_t *x, int32_t count) {
    int32_t sum = 0;
    int32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        int32_t weights, signal, odd_weights, odd_signal;
        memcpy(&weights, w + i, 4);
        memcpy(&signal, x + i, 4);
        __asm__("sxtb16 %3, %1, ror #8\n"
                "sxtb16 %4, %2, ror #8\n"
                "sxtb16 %1, %1\n"
                "sxtb16 %2, %2\n"
                "smlad %0, %3, %4, %0\n"
                "smlad %0, %1, %2, %0\n"
                : "+r"(sum), "+r"(weights), "+r"(signal), "=&r"(odd_weights), "=&r"(odd_signal));
    }
    for (; i < count; i++) {
        sum += w[i] * x[i];
    }
    return sum;
}

static inline int32_t iso_recurrent_dot_state(const int8_t *w, const int16_t *h, int32_t count) {
    int32_t sum = 0;
    int32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        int32_t weights, low, high, odd_weights, odd;
        memcpy(&weights, w + i, 4);
        memcpy(&low, h + i, 4);
        memcpy(&high, h + i + 2, 4);
        __asm__("sxtb16 %4, %1, ror #8\n"
                "pkhtb %5, %3, %2, asr #16\n"
                "sxtb16 %1, %1\n"
                "pkhbt %2, %2, %3, lsl #16\n"
                "smlad %0, %4, %5, %0\n"
                "smlad %0, %1, %2, %0\n"
                : "+r"(sum), "+r"(weights), "+r"(low), "+r"(high), "=&r"(odd_weights), "=&r"(odd));
    }
    for (; i < count; i++) {
        sum += w[i] * h[i];
    }
    return sum;
}

#endif

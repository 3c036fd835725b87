#ifndef ISO_RECURRENT_DOT_H
#define ISO_RECURRENT_DOT_H

#include "iso_kernel.h"

/* One row of weights with the input, and with the hidden state: what an instruction family replaces
 * to run recurrent layers in its own way. */
static inline int32_t iso_recurrent_dot_input(const int8_t *w, const int8_t *x, int32_t count) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += w[i] * x[i];
    }
    return sum;
}

static inline int32_t iso_recurrent_dot_state(const int8_t *w, const int16_t *h, int32_t count) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += w[i] * h[i];
    }
    return sum;
}

#endif

#ifndef ISO_DSP_CLAMP_H
#define ISO_DSP_CLAMP_H

#include "../portable/iso_kernel.h"

/* Bounds other than those of int8, which the inner products keep. */
static void iso_dsp_clamp(int8_t *y, int32_t count, int32_t low, int32_t high) {
    if (low > -128 || high < 127) {
        for (int32_t i = 0; i < count; i++) {
            y[i] = (int8_t)iso_clamp(y[i], low, high);
        }
    }
}

#endif

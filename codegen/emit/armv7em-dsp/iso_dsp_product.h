#ifndef ISO_DSP_PRODUCT_H
#define ISO_DSP_PRODUCT_H

#include "../portable/iso_kernel.h"

/* One call: what the assembly copies to its stack, in this order. */
typedef struct {
    const int32_t *activations;
    const int32_t *activations_end;
    uint32_t steps;
    int8_t *output;
    int32_t output_stride;
    const int32_t *scales;
    const int32_t *scales_end;
    const int32_t *weights;
} iso_dsp_product;

#endif

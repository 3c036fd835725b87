#include "iso_x86_finish_gradient.h"

static uint32_t iso_x86_depthwise_gradient_compute(const void *context,
                                                   const iso_staged_tile *tile) {
    const iso_staged_gradient *layer = context;
    int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS];
    iso_x86_depthwise_sums(tile, iso_x86_weights(tile, layer->weights), iso_x86_zeros, sums);
    return iso_x86_finish_gradient(layer, tile, sums);
}

ISO_AVX2 static uint32_t iso_x86_depthwise_gradient_compute_avx2(const void *context,
                                                                 const iso_staged_tile *tile) {
    const iso_staged_gradient *layer = context;
    int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS];
    iso_x86_depthwise_sums_avx2(tile, iso_x86_weights(tile, layer->weights), iso_x86_zeros, sums);
    return iso_x86_finish_gradient(layer, tile, sums);
}

/* As iso_conv_gradient with as many groups as channels. */
static uint32_t iso_x86_depthwise_gradient(const int16_t *dy, const iso_staged_plan *plan,
                                           void *scratch, const iso_staged_gradient *layer) {
    if (__builtin_cpu_supports("avx2")) {
        return iso_staged_run(plan, &iso_x86_gradients, dy, scratch, 0,
                              iso_x86_depthwise_gradient_compute_avx2, layer);
    }
    return iso_staged_run(plan, &iso_x86_gradients, dy, scratch, 0,
                          iso_x86_depthwise_gradient_compute, layer);
}

#include "iso_x86_finish.h"

static uint32_t iso_x86_depthwise_compute(const void *context, const iso_staged_tile *tile) {
    const iso_staged_conv *layer = context;
    int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS];
    iso_x86_depthwise_sums(tile, iso_x86_weights(tile, layer->weights), layer->bias + tile->channel,
                           sums);
    iso_x86_finish(layer, tile, sums);
    return 0;
}

ISO_AVX2 static uint32_t iso_x86_depthwise_compute_avx2(const void *context,
                                                        const iso_staged_tile *tile) {
    const iso_staged_conv *layer = context;
    int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS];
    iso_x86_depthwise_sums_avx2(tile, iso_x86_weights(tile, layer->weights),
                                layer->bias + tile->channel, sums);
    iso_x86_finish_avx2(layer, tile, sums);
    return 0;
}

/* As iso_conv with as many groups as channels. */
static void iso_x86_depthwise(const int8_t *x8, const int16_t *x16, const iso_staged_plan *plan,
                              void *scratch, int32_t zero_point, const iso_staged_conv *layer) {
    const iso_staged_form *form = x8 != NULL ? &iso_x86_bytes : &iso_x86_words;
    const void *x = x8 != NULL ? (const void *)x8 : (const void *)x16;
    if (__builtin_cpu_supports("avx2")) {
        (void)iso_staged_run(plan, form, x, scratch, zero_point, iso_x86_depthwise_compute_avx2,
                             layer);
    } else {
        (void)iso_staged_run(plan, form, x, scratch, zero_point, iso_x86_depthwise_compute, layer);
    }
}

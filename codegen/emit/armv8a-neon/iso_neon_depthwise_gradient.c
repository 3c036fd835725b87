#include "iso_neon_finish_gradient.h"
#include "iso_neon_words.h"

static uint32_t iso_neon_depthwise_gradient_compute(const void *context,
                                                    const iso_staged_tile *tile) {
    const iso_staged_gradient *layer = context;
    const int32x4_t zero = vdupq_n_s32(0);
    int32x4_t sums[4][4];
    for (int32_t p = 0; p < tile->count; p++) {
        int32x4_t own[4] = {zero, zero, zero, zero};
        iso_neon_depthwise_words(tile, layer->weights, p, own);
        ISO_UNROLLED
        for (int32_t v = 0; v < 4; v++) {
            sums[p][v] = own[v];
        }
    }
    return iso_neon_finish_gradient(layer, tile, (const int32x4_t(*)[4])sums);
}

/* As iso_conv_gradient with as many groups as channels. */
static uint32_t iso_neon_depthwise_gradient(const int16_t *dy, const iso_staged_plan *plan,
                                            void *scratch, const iso_staged_gradient *layer) {
    return iso_staged_run(plan, &iso_neon_words, dy, scratch, 0,
                          iso_neon_depthwise_gradient_compute, layer);
}

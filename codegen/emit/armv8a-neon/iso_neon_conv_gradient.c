#include "iso_neon_dot.h"
#include "iso_neon_finish_gradient.h"
#include "iso_neon_long.h"

static uint32_t iso_neon_gradient_compute(const void *context, const iso_staged_tile *tile) {
    const iso_staged_gradient *layer = context;
    int32x4_t sums[4][4];
    iso_neon_split_sums(tile, layer->weights, NULL, layer->split_starts, sums);
    return iso_neon_finish_gradient(layer, tile, (const int32x4_t(*)[4])sums);
}

/* As iso_conv_gradient. */
static uint32_t iso_neon_conv_gradient(const int16_t *dy, const iso_staged_plan *plan,
                                       void *scratch, const iso_staged_gradient *layer) {
    return iso_staged_run(plan, &iso_neon_split, dy, scratch, 0, iso_neon_gradient_compute, layer);
}

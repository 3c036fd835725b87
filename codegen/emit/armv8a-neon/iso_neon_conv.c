#include "iso_neon_dot.h"
#include "iso_neon_long.h"
#include "iso_neon_finish.h"

/* One tile; `positions` and `vectors` are constants in every call. */
ISO_INLINE void iso_neon_conv_tile(const iso_staged_conv *layer, const iso_staged_tile *tile,
                                   int32_t positions, int32_t vectors) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int8_t *w = (const int8_t *)layer->weights + phase->weights +
                      tile->channel / ISO_STAGED_CHANNELS * phase->block_weights;
    const int32_t run = (phase->run + 3) & ~3;
    int32x4_t sums[4][4];
    const int32_t *start = layer->bias + tile->channel;
    if (!iso_neon_starts(positions, vectors)) {
        iso_neon_start(sums, start, positions, vectors);
    }
    for (int32_t s = 0; s < phase->segments; s++, w += 16 * run) {
        const int8_t *const from = (const int8_t *)tile->staged + offsets[s];
        const int8_t *x[4];
        ISO_UNROLLED
        for (int32_t p = 0; p < positions; p++) {
            x[p] = from + tile->at[p];
        }
        iso_neon_run(sums, x, w, run, start, positions, vectors);
        start = NULL;
    }
    iso_neon_finish(layer, tile, positions, vectors, (const int32x4_t(*)[4])sums);
}

static uint32_t iso_neon_conv_compute(const void *context, const iso_staged_tile *tile) {
    const iso_staged_conv *layer = context;
    if (tile->count == 1) {
        switch (iso_neon_vectors(tile)) {
        case 1:
            iso_neon_conv_tile(layer, tile, 1, 1);
            break;
        case 2:
            iso_neon_conv_tile(layer, tile, 1, 2);
            break;
        default:
            iso_neon_conv_tile(layer, tile, 1, 4);
            break;
        }
    } else {
        switch (iso_neon_vectors(tile)) {
        case 1:
            iso_neon_conv_tile(layer, tile, 4, 1);
            break;
        case 2:
            iso_neon_conv_tile(layer, tile, 4, 2);
            break;
        default:
            iso_neon_conv_tile(layer, tile, 4, 4);
            break;
        }
    }
    return 0;
}

static uint32_t iso_neon_conv_compute_words(const void *context, const iso_staged_tile *tile) {
    const iso_staged_conv *layer = context;
    int32x4_t sums[4][4];
    iso_neon_split_sums(tile, layer->weights, layer->bias, layer->split_starts, sums);
    iso_neon_finish(layer, tile, tile->count, 4, (const int32x4_t(*)[4])sums);
    return 0;
}

/* As iso_conv. */
static void iso_neon_conv(const int8_t *x8, const int16_t *x16, const iso_staged_plan *plan,
                          void *scratch, int32_t zero_point, const iso_staged_conv *layer) {
    if (x8 != NULL) {
        (void)iso_staged_run(plan, &iso_neon_bytes, x8, scratch, zero_point, iso_neon_conv_compute,
                             layer);
    } else {
        (void)iso_staged_run(plan, &iso_neon_split, x16, scratch, zero_point,
                             iso_neon_conv_compute_words, layer);
    }
}

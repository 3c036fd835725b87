/* Sums of a gradient's tile to int16. */
#ifndef ISO_FINISHGRADIENT_H
#define ISO_FINISHGRADIENT_H

#include "iso_x86.h"

static const int32_t iso_x86_zeros[ISO_STAGED_CHANNELS];

static const iso_staged_form iso_x86_gradients = {iso_x86_copy, iso_x86_fill, 2, 2};

/* Returns how many of the kept values saturated. */
static uint32_t iso_x86_finish_gradient(const iso_staged_gradient *layer,
                                        const iso_staged_tile *tile,
                                        int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    uint32_t saturations = 0;
    for (int32_t p = 0; p < tile->count; p++) {
        const int32_t to = tile->output[p] * tile->plan->output_channels + tile->channel;
        const uint32_t kept = iso_staged_bits(layer->mask, to, tile->channels);
        for (int32_t i = 0; i < tile->channels; i++) {
            const uint32_t keep = (kept >> i) & 1U;
            const int32_t by = layer->multiplier[tile->channel + i];
            const int32_t value = iso_round(sums[p][i], by, (uint32_t)layer->shift);
            const int32_t clamped = iso_clamp(value, -layer->limit, layer->limit);
            saturations += keep & (uint32_t)(clamped != value);
            layer->dx[to + i] = (int16_t)(keep != 0U ? clamped : 0);
        }
    }
    return saturations;
}

#endif

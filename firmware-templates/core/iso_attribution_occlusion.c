#include "iso_attribution.h"

#include <stddef.h>

/* A lead that none has. */
#define ALL_LEADS 255u

void iso_occlusion_begin(iso_occlusion *occlusion) {
    occlusion->done = 0;
    occlusion->reference = 0;
}

static void put_whole(const iso_occlusion *occlusion) {
    const iso_attribution_network *network = occlusion->network;
    const uint32_t values = (uint32_t)network->samples * network->leads;

    for (uint32_t i = 0; i < values; i++) {
        iso_attribution_put(network->input, i,
                            iso_attribution_code(occlusion->explained, i, network->zero_point));
    }
}

static void take_away(const iso_occlusion *occlusion, uint32_t part, uint32_t lead) {
    const iso_attribution_network *network = occlusion->network;
    const uint32_t first = lead == ALL_LEADS ? 0u : lead;
    const uint32_t behind = lead == ALL_LEADS ? network->leads : lead + 1u;

    for (uint32_t r = 0; r < occlusion->range_count; r++) {
        const iso_occlusion_range *range = &occlusion->ranges[r];

        for (uint32_t t = range->begin; range->part == part && t < range->end; t++) {
            for (uint32_t l = first; l < behind; l++) {
                const uint32_t i = t * network->leads + l;

                iso_attribution_put(
                    network->input, i,
                    iso_attribution_code(occlusion->baseline, i, network->zero_point));
            }
        }
    }
}

bool iso_occlusion_step(iso_occlusion *occlusion) {
    const iso_attribution_network *network = occlusion->network;
    const uint32_t groups = occlusion->by_lead ? network->leads : 1u;
    const uint32_t at = occlusion->done;

    /* Anew each time: a forward pass may use its input's memory up. */
    put_whole(occlusion);
    if (at > 0u) {
        take_away(occlusion, (at - 1u) / groups,
                  occlusion->by_lead ? (at - 1u) % groups : ALL_LEADS);
    }
    network->forward(network->logits);
    const int16_t logit = network->logits[occlusion->class_index];

    if (at == 0u) {
        occlusion->reference = logit;
    } else {
        occlusion->drop[at - 1u] = (int32_t)occlusion->reference - logit;
    }
    occlusion->done = (uint16_t)(at + 1u);
    return occlusion->done > occlusion->part_count * groups;
}

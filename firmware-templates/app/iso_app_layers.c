#include "iso_app.h"
#include "iso_hal.h"

#include <stddef.h>

/*
 * How long each layer of the network took when it last answered and explained for the patient: from
 * the end of the layer before, interrupts included. The methods that ask the network many times,
 * and test runs, are not timed.
 */

static struct {
    uint32_t nanoseconds[ISO_NET_LAYERS];
    uint32_t told[ISO_NET_LAYERS]; /* what a host is reading: the next answer does not change it */
    uint32_t since_tick;
    bool timing;
    bool any;
} layers;

void iso_app_layers_begin(void) {
    layers.timing = true;
    layers.since_tick = iso_hal_ticks();
}

void iso_app_layers_end(void) {
    layers.timing = false;
}

void iso_app_layer_done(uint32_t layer_index) {
    if (!layers.timing || layer_index >= ISO_NET_LAYERS) {
        return;
    }
    const uint32_t now = iso_hal_ticks();
    const uint64_t taken = (uint64_t)(now - layers.since_tick) * 1000000000u;
    layers.nanoseconds[layer_index] = (uint32_t)(taken / iso_hal_ticks_per_second);
    layers.since_tick = now;
    layers.any = true;
}

const uint8_t *iso_app_layer_times(uint32_t *byte_count) {
    if (!layers.any) {
        return NULL;
    }
    for (unsigned i = 0; i < ISO_NET_LAYERS; i += 1u) {
        layers.told[i] = layers.nanoseconds[i];
    }
    *byte_count = (uint32_t)sizeof layers.told;
    return (const uint8_t *)layers.told;
}

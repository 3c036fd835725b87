#ifndef ISO_APP_OBSERVE_H
#define ISO_APP_OBSERVE_H

/* Put in front of every source of the application (-include): tells it of each layer's output. */
#ifndef __ASSEMBLER__
#include <stdint.h>

void iso_app_observe(uint32_t layer_index, const void *output, uint32_t byte_count);
#define ISO_NET_OBSERVE(layer_index, pointer, byte_count)                                          \
    iso_app_observe((layer_index), (pointer), (byte_count))
#endif

#endif

/* Runs an emitted network on the host: inputs on stdin, and on stdout, for each input and each
 * class, every layer's bytes in execution order (through the observe hook), then the logits and the
 * saturation count. */
#include <stdint.h>
#include <stdio.h>

static void every_layer_write(const void *bytes, size_t count) {
    (void)fwrite(bytes, 1, count, stdout);
}
#define ISO_NET_OBSERVE(layer_index, pointer, byte_count) every_layer_write(pointer, byte_count)
#include "network.c"

int main(void) {
    static iso_net_input_code input[ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS];
    while (fread(input, 1, sizeof input, stdin) == sizeof input) {
        int16_t logits[ISO_NET_CLASSES];
        memcpy(iso_net_input(), input, sizeof input);
        iso_net_forward(logits);
        every_layer_write(logits, sizeof logits);
#if ISO_NET_EXPLAINS
        for (unsigned class_index = 0; class_index < ISO_NET_CLASSES; class_index++) {
            uint32_t saturations = 0;
            (void)iso_net_explain((uint8_t)class_index, &saturations);
            every_layer_write(&saturations, sizeof saturations);
        }
#endif
    }
    return 0;
}

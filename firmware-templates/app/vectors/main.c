#include "iso_crc32c.h"
#include "iso_vectors_files.h"
#include "network.h"

#include <string.h>

/*
 * The network alone, over files: the same program on every target, so that their answers can be
 * compared byte for byte. All numbers little-endian; host/toolchain/vectors.ts writes and reads
 * both files.
 *
 * Vectors: u32 magic "ISOV", version 1, count, flags (bit 0: observe layers, bit 1: time
 * layers), input_bytes,
 * full_gradients. Then count times: u8 class_index (255: the winner), 3 zero bytes, the input's
 * codes, int8 or int16 as the network reads them.
 *
 * Results: u32 magic "ISOR", version 1, count, classes, layers (0: not observed), gradient_values,
 * full_gradients, ticks_per_second, network_hash, 1 if layers are timed.
 * Then count times: int16 logits[classes] and
 * zeros up to a multiple of four bytes; u32 explained class, CRC-32C of each layer's output
 * [layers], ticks of each layer [layers] if they are timed, CRC-32C of the gradient, saturations,
 * forward_ticks, explain_ticks; for the first full_gradients vectors also int16
 * gradient[gradient_values]. At the end u32 stack_high_water. A network without explanation has no
 * gradient_values.
 */

#define VECTORS_MAGIC 0x564F5349u /* "ISOV" */
#define RESULTS_MAGIC 0x524F5349u /* "ISOR" */
#define FORMAT_VERSION 1u
#define FLAG_OBSERVE 1u
#define FLAG_TIME 2u
#define CLASS_OF_WINNER 255u
#define INPUT_VALUES ((uint32_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS)
#define INPUT_BYTES (INPUT_VALUES * (uint32_t)sizeof(iso_net_input_code))
#define GRADIENT_VALUES (ISO_NET_EXPLAINS != 0 ? INPUT_VALUES : 0u)
#define LOGIT_WORDS ((ISO_NET_CLASSES + 1u) / 2u)

typedef struct {
    uint32_t magic;
    uint32_t version;
    uint32_t count;
    uint32_t flags;
    uint32_t input_bytes;
    uint32_t full_gradients;
} vectors_header;

static uint32_t layer_crc[ISO_NET_LAYERS];
static uint32_t layer_ticks[ISO_NET_LAYERS];
static uint32_t layer_start;
static bool observing;
static bool timing;

void iso_vectors_observe(uint32_t layer_index, const void *output, uint32_t byte_count);

void iso_vectors_observe(uint32_t layer_index, const void *output, uint32_t byte_count) {
    if (layer_index >= ISO_NET_LAYERS) {
        return;
    }
    /* Read first and started last: the checksum is no part of the layer. */
    layer_ticks[layer_index] = iso_vectors_ticks() - layer_start;
    if (observing) {
        layer_crc[layer_index] = iso_crc32c(output, byte_count);
    }
    layer_start = iso_vectors_ticks();
}

static uint32_t largest(const int16_t *logits) {
    uint32_t winner = 0;
    for (uint32_t i = 1; i < ISO_NET_CLASSES; i += 1u) {
        if (logits[i] > logits[winner]) {
            winner = i;
        }
    }
    return winner;
}

/* The gradient, or NULL from a network that was built without explanation. */
static const int16_t *explain(uint32_t class_index, uint32_t *saturations) {
#if ISO_NET_EXPLAINS
    return iso_net_explain((uint8_t)class_index, saturations);
#else
    (void)class_index;
    (void)saturations;
    return NULL;
#endif
}

static iso_vectors_status run_one(bool full_gradient) {
    uint8_t head[4];
    if (!iso_vectors_read(head, sizeof head) || !iso_vectors_read(iso_net_input(), INPUT_BYTES)) {
        return ISO_VECTORS_TRUNCATED;
    }
    /* Wider than its byte: of a network of more than 255 outputs the byte names them all. */
    const uint32_t asked = head[0];
    if (asked >= ISO_NET_CLASSES && asked != CLASS_OF_WINNER) {
        return ISO_VECTORS_BAD_FILE;
    }
    union {
        int16_t logits[2u * LOGIT_WORDS];
        uint32_t words[LOGIT_WORDS];
    } out;
    memset(&out, 0, sizeof out);
    uint32_t saturations = 0;
    const uint32_t start = iso_vectors_ticks();
    layer_start = start;
    iso_net_forward(out.logits);
    const uint32_t middle = iso_vectors_ticks();
    const uint32_t explained = asked == CLASS_OF_WINNER ? largest(out.logits) : asked;
    const uint32_t before_explain = iso_vectors_ticks();
    layer_start = before_explain;
    const int16_t *gradient = explain(explained, &saturations);
    const uint32_t end = iso_vectors_ticks();

    const uint32_t gradient_bytes = GRADIENT_VALUES * (uint32_t)sizeof(int16_t);
    const uint32_t tail[4] = {iso_crc32c((const uint8_t *)gradient, gradient_bytes), saturations,
                              middle - start, end - before_explain};
    const bool written = iso_vectors_write(&out, sizeof out) &&
                         iso_vectors_write(&explained, sizeof explained) &&
                         (!observing || iso_vectors_write(layer_crc, sizeof layer_crc)) &&
                         (!timing || iso_vectors_write(layer_ticks, sizeof layer_ticks)) &&
                         iso_vectors_write(tail, sizeof tail) &&
                         (!full_gradient || iso_vectors_write(gradient, gradient_bytes));
    return written ? ISO_VECTORS_OK : ISO_VECTORS_CANNOT_WRITE;
}

static iso_vectors_status run_all(void) {
    vectors_header header;
    if (!iso_vectors_read(&header, sizeof header)) {
        return ISO_VECTORS_TRUNCATED;
    }
    if (header.magic != VECTORS_MAGIC || header.version != FORMAT_VERSION ||
        header.input_bytes != INPUT_BYTES) {
        return ISO_VECTORS_BAD_FILE;
    }
    observing = (header.flags & FLAG_OBSERVE) != 0u;
    timing = observing && (header.flags & FLAG_TIME) != 0u;
    const uint32_t results[10] = {RESULTS_MAGIC,
                                  FORMAT_VERSION,
                                  header.count,
                                  ISO_NET_CLASSES,
                                  observing ? ISO_NET_LAYERS : 0u,
                                  GRADIENT_VALUES,
                                  header.full_gradients,
                                  iso_vectors_ticks_per_second(),
                                  iso_net_hash,
                                  timing ? 1u : 0u};
    if (!iso_vectors_write(results, sizeof results)) {
        return ISO_VECTORS_CANNOT_WRITE;
    }
    for (uint32_t i = 0; i < header.count; i += 1u) {
        const iso_vectors_status status = run_one(i < header.full_gradients);
        if (status != ISO_VECTORS_OK) {
            return status;
        }
    }
    const uint32_t stack = iso_vectors_stack_high_water();
    return iso_vectors_write(&stack, sizeof stack) ? ISO_VECTORS_OK : ISO_VECTORS_CANNOT_WRITE;
}

int main(int argument_count, char **arguments) {
    iso_vectors_status status = iso_vectors_open(argument_count, arguments);
    if (status == ISO_VECTORS_OK) {
        status = run_all();
    }
    return iso_vectors_leave(status);
}

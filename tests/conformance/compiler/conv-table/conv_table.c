/*
 * Runs the portable convolution over a file of cases, and writes a checksum of each output: the
 * same program on every target. A case is 16 int32, little-endian: the fifteen of iso_conv_shape in
 * their order, then the input's zero point. Its values come from a linear congruential sequence
 * seeded with its number, as in conv-table.ts.
 */
#include "iso_vectors_files.h"

#include "../../../../codegen/emit/portable/iso_conv.c"

#define MOST_CHANNELS 17
#define MOST_LENGTH 40
#define MOST_TAPS 7
#define SHIFT 32U

typedef struct {
    iso_conv_shape shape;
    int32_t zero_point;
} conv_case;

static int8_t input[MOST_LENGTH * MOST_CHANNELS];
static int8_t output[MOST_LENGTH * MOST_CHANNELS];
static int8_t weights[MOST_CHANNELS * MOST_TAPS * MOST_CHANNELS];
static int32_t bias[MOST_CHANNELS];
static int32_t multiplier[MOST_CHANNELS];
static uint32_t state;

static uint32_t next(void) {
    state = state * 1664525U + 1013904223U;
    return state;
}

static int8_t next_int8(void) {
    return (int8_t)((int32_t)(next() >> 24) - 128);
}

static uint32_t run_case(const conv_case *c, uint32_t seed) {
    const iso_conv_shape *s = &c->shape;
    state = seed;
    const int32_t taps = s->kernel_width * (s->input_channels / s->groups);
    for (int32_t i = 0; i < s->input_width * s->input_channels; i++) {
        input[i] = next_int8();
    }
    for (int32_t i = 0; i < s->output_channels * taps; i++) {
        const int8_t weight = next_int8();
        weights[i] = weight == -128 ? -127 : weight;
    }
    for (int32_t m = 0; m < s->output_channels; m++) {
        bias[m] = (int32_t)(next() >> 16) - 32768;
        multiplier[m] = 4000000 + (int32_t)(next() >> 10);
    }
    iso_conv(input, NULL, output, NULL, s, weights, bias, multiplier, SHIFT, NULL, 0, -128, 127,
             c->zero_point);
    uint32_t hash = 0x811c9dc5U;
    for (int32_t i = 0; i < s->output_width * s->output_channels; i++) {
        hash = (hash ^ (uint8_t)output[i]) * 0x01000193U;
    }
    return hash;
}

int main(int argument_count, char **arguments) {
    iso_vectors_status status = iso_vectors_open(argument_count, arguments);
    conv_case c;
    for (uint32_t seed = 1; status == ISO_VECTORS_OK && iso_vectors_read(&c, sizeof c); seed++) {
        const uint32_t hash = run_case(&c, seed);
        if (!iso_vectors_write(&hash, sizeof hash)) {
            status = ISO_VECTORS_CANNOT_WRITE;
        }
    }
    return iso_vectors_leave(status);
}

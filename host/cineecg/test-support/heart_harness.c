/*
 * Runs iso_heart_explain over cases from standard input and writes every result field to standard
 * output, little-endian. Case: uint8 transform, uint8 beat_count, float[3] phase weights, float
 * input scale, float gradient scale, uint16 r_index[255], int16 microvolt[1000][8], int8
 * input[1000][12], int16 gradient[1000][12].
 */
#include <stdio.h>
#include <string.h>

#include "iso_heart.h"

static uint8_t head[2];
static float numbers[5];
static uint16_t r_index[255];
static int16_t microvolt[ISO_HEART_WINDOW_SAMPLES * 8];
static int8_t input[ISO_HEART_WINDOW_SAMPLES * 12];
static int16_t gradient[ISO_HEART_WINDOW_SAMPLES * 12];
static iso_explanation out;

static int get(void *to, size_t bytes) {
    return fread(to, 1, bytes, stdin) == bytes;
}

static void put(const void *from, size_t bytes) {
    fwrite(from, 1, bytes, stdout);
}

static int get_case(void) {
    return get(head, sizeof head) && get(numbers, sizeof numbers) && get(r_index, sizeof r_index) &&
           get(microvolt, sizeof microvolt) && get(input, sizeof input) &&
           get(gradient, sizeof gradient);
}

int main(void) {
    while (get_case()) {
        const iso_heart_input in = {microvolt,  input,   gradient, numbers[3],
                                    numbers[4], r_index, head[1]};
        const iso_heart_options options = {head[0] == 1 ? ISO_VCG_KORS : ISO_VCG_INVERSE_DOWER,
                                           {numbers[0], numbers[1], numbers[2]}};
        /* What an earlier result left behind must not show. */
        memset(&out, 0xA5, sizeof out);
        const uint8_t status = (uint8_t)iso_heart_explain(&in, &options, &out);
        const uint8_t counts[4] = {status, out.beat_count, out.top_segment, out.path_length};
        put(counts, sizeof counts);
        put(out.fiducials, sizeof out.fiducials);
        put(out.mean_beat_microvolt, sizeof out.mean_beat_microvolt);
        put(out.attribution, sizeof out.attribution);
        put(out.lead_evidence, sizeof out.lead_evidence);
        put(out.segment_scores, sizeof out.segment_scores);
        put(out.segment_spread, sizeof out.segment_spread);
        put(&out.residual_share, sizeof out.residual_share);
        for (uint32_t i = 0; i < ISO_HEART_BEAT_SAMPLES; i++) {
            const float phase = (float)out.path[i].phase;
            put(out.path[i].frank_mm, sizeof out.path[i].frank_mm);
            put(&out.path[i].evidence, sizeof out.path[i].evidence);
            put(&phase, sizeof phase);
        }
    }
    return 0;
}

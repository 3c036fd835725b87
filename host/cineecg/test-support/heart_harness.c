/*
 * Runs iso_heart_explain over cases and writes every result field, all little-endian. A case is:
 * - uint8 transform, uint8 beat_count, uint8 leads (12 or 8), uint8 bits of the input (8 or 16)
 * - float phase_weight[3], input scale, gradient scale
 * - uint16 r_index[255]
 * - int16 microvolt[1000][8], int16 input[1000][leads], int16 gradient[1000][leads]
 */
#include <string.h>

#include "heart_io.h"
#include "iso_heart.h"
#include "iso_templates.h"

static uint8_t head[4];
static float numbers[5];
static uint16_t r_index[255];
static int16_t microvolt[ISO_HEART_WINDOW_SAMPLES * 8];
static int16_t input[ISO_HEART_WINDOW_SAMPLES * 12];
static int8_t narrow[ISO_HEART_WINDOW_SAMPLES * 12];
static int16_t gradient[ISO_HEART_WINDOW_SAMPLES * 12];
static iso_explanation out;
static iso_pull_back_work work;

/* The chain rule by each kind of lesion in turn: whether there is evidence, the top segment, scores
 * and spread. */
static void pull_back(const iso_heart_input *in, uint8_t status) {
    const iso_templates *const kinds[] = {&iso_templates_scar, &iso_templates_ischaemia,
                                          &iso_templates_ectopic};
    for (uint32_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        memset(&work, 0xA5, sizeof work);
        const bool any = status == ISO_HEART_OK && iso_pull_back(in, kinds[kind], &work, &out);
        const uint8_t head_of_map[2] = {any ? 1u : 0u, out.top_segment};
        heart_io_put(head_of_map, sizeof head_of_map);
        heart_io_put(out.segment_scores, sizeof out.segment_scores);
        heart_io_put(out.segment_spread, sizeof out.segment_spread);
    }
}

/* The gradient's first values as Grad-CAM and as what occlusion found. */
static void without_gradient(const iso_heart_input *in, const iso_heart_options *options,
                             uint32_t occluded) {
    static iso_occlusion_range ranges[ISO_HEART_MAX_BEATS * ISO_HEART_PHASES];
    iso_heart_status status = iso_heart_find_beats(in, options, &out);
    uint16_t count = 0;
    if (status == ISO_HEART_OK && occluded != 0u) {
        int32_t drop[ISO_HEART_PHASES * 12];
        for (uint32_t i = 0; i < ISO_HEART_PHASES * 12u; i++) {
            drop[i] = gradient[i];
        }
        count = iso_heart_waves(&out, ranges);
        iso_heart_take_occlusion(drop, in->gradient_scale, in->leads, &out);
    } else if (status == ISO_HEART_OK) {
        iso_heart_take_cam(gradient, 250, in->gradient_scale, in->leads, &out);
    }
    if (status == ISO_HEART_OK) {
        status = iso_heart_place_attribution(in->leads, &out);
    }
    const uint8_t head_of_map[4] = {(uint8_t)status, out.top_segment, (uint8_t)count,
                                    (uint8_t)(count == 0u ? 0u : ranges[count - 1u].end & 0xffu)};
    heart_io_put(head_of_map, sizeof head_of_map);
    heart_io_put(out.attribution, sizeof out.attribution);
    heart_io_put(out.lead_evidence, sizeof out.lead_evidence);
    heart_io_put(out.segment_scores, sizeof out.segment_scores);
}

/* Of the network's leads. */
static size_t window_bytes(void) {
    return (size_t)ISO_HEART_WINDOW_SAMPLES * head[2] * sizeof(int16_t);
}

static bool get_case(void) {
    return heart_io_get(head, sizeof head) && heart_io_get(numbers, sizeof numbers) &&
           heart_io_get(r_index, sizeof r_index) && heart_io_get(microvolt, sizeof microvolt) &&
           heart_io_get(input, window_bytes()) && heart_io_get(gradient, window_bytes());
}

int main(void) {
    while (get_case()) {
        for (uint32_t i = 0; i < ISO_HEART_WINDOW_SAMPLES * 12u; i++) {
            narrow[i] = (int8_t)input[i];
        }
        const bool is_narrow = head[3] == 8;
        const iso_heart_input in = {.microvolt = microvolt,
                                    .int8 = is_narrow ? narrow : NULL,
                                    .int16 = is_narrow ? NULL : input,
                                    .gradient = gradient,
                                    .input_scale_millivolt = numbers[3],
                                    .gradient_scale = numbers[4],
                                    .r_index = r_index,
                                    .beat_count = head[1],
                                    .leads = head[2]};
        const iso_heart_options options = {(iso_vcg_transform)head[0],
                                           {numbers[0], numbers[1], numbers[2]}};
        /* What an earlier result left behind must not show. */
        memset(&out, 0xA5, sizeof out);
        const uint8_t status = (uint8_t)iso_heart_explain(&in, &options, &out);
        const uint8_t counts[4] = {status, out.beat_count, out.top_segment, out.path_length};
        heart_io_put(counts, sizeof counts);
        heart_io_put(out.fiducials, sizeof out.fiducials);
        heart_io_put(out.mean_beat_microvolt, sizeof out.mean_beat_microvolt);
        heart_io_put(out.attribution, sizeof out.attribution);
        heart_io_put(out.lead_evidence, sizeof out.lead_evidence);
        heart_io_put(out.segment_scores, sizeof out.segment_scores);
        heart_io_put(out.segment_spread, sizeof out.segment_spread);
        heart_io_put(&out.residual_share, sizeof out.residual_share);
        heart_io_put(out.mean_qrs_microvolt, sizeof out.mean_qrs_microvolt);
        float heart[3];
        iso_heart_to_heart_axes(out.mean_qrs_microvolt, heart);
        heart_io_put(heart, sizeof heart);
        for (uint32_t i = 0; i < ISO_HEART_BEAT_SAMPLES; i++) {
            const float phase = (float)out.path[i].phase;
            heart_io_put(out.path[i].frank_mm, sizeof out.path[i].frank_mm);
            heart_io_put(&out.path[i].evidence, sizeof out.path[i].evidence);
            heart_io_put(&phase, sizeof phase);
        }
        pull_back(&in, status);
        without_gradient(&in, &options, 0u);
        without_gradient(&in, &options, 1u);
    }
    return 0;
}

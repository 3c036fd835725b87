/* Explanations without a gradient, in the heart; host/cineecg/attribution-map.ts has the reasons.
 */
#include "iso_heart_parts.h"

#include <math.h>

static uint32_t row_of(uint32_t lead, uint8_t leads) {
    return leads == ISO_HEART_TWELVE_LEADS ? lead : iso_heart_independent_in_twelve[lead];
}

void iso_heart_take_cam(const int16_t *cam, uint32_t length, float scale, uint8_t leads,
                        iso_explanation *out) {
    const float share =
        scale * (float)length / (float)(ISO_HEART_WINDOW_SAMPLES * leads * out->beat_count);
    for (uint32_t t = 0; t < ISO_HEART_BEAT_SAMPLES; t++) {
        int32_t sum = 0;
        for (uint32_t beat = 0; beat < out->beat_count; beat++) {
            const uint32_t sample = (uint32_t)out->scratch.first[beat] + t;
            sum += cam[sample * length / ISO_HEART_WINDOW_SAMPLES];
        }
        for (uint32_t lead = 0; lead < leads; lead++) {
            out->attribution[row_of(lead, leads)][t] = (float)sum * share;
        }
    }
}

uint16_t iso_heart_waves(const iso_explanation *found,
                         iso_occlusion_range ranges[ISO_HEART_MAX_BEATS * ISO_HEART_PHASES]) {
    iso_phase_range phases[ISO_HEART_PHASES];
    uint16_t count = 0;
    iso_heart_phase_ranges(found, phases);
    for (uint32_t beat = 0; beat < found->beat_count; beat++) {
        const uint32_t first = found->scratch.first[beat];
        for (uint32_t phase = 0; phase < ISO_HEART_PHASES; phase++) {
            ranges[count] = (iso_occlusion_range){
                .begin = (uint16_t)(first + phases[phase].begin),
                .end = (uint16_t)(first + phases[phase].end),
                .part = (uint8_t)phase,
            };
            count = (uint16_t)(count + 1u);
        }
    }
    return count;
}

void iso_heart_take_occlusion(const int32_t *drop, float scale, uint8_t leads,
                              iso_explanation *out) {
    iso_phase_range phases[ISO_HEART_PHASES];
    iso_heart_phase_ranges(out, phases);
    for (uint32_t phase = 0; phase < ISO_HEART_PHASES; phase++) {
        const uint32_t samples = (uint32_t)(phases[phase].end - phases[phase].begin);
        for (uint32_t lead = 0; lead < leads; lead++) {
            float *const row = out->attribution[row_of(lead, leads)];
            for (uint32_t t = phases[phase].begin; t < phases[phase].end; t++) {
                row[t] =
                    (float)drop[phase * leads + lead] * scale / (float)(samples * out->beat_count);
            }
        }
    }
}

iso_heart_status iso_heart_place_attribution(uint8_t leads, iso_explanation *out) {
    float sum = 0.0f;
    iso_heart_sum_attribution(leads, out);
    for (uint32_t i = 0; i < out->path_length; i++) {
        const iso_path_point *const point = &out->path[i];
        if (point->phase != ISO_PHASE_P) {
            iso_heart_deposit_at(point->frank_mm, point->evidence, out->segment_scores);
            sum += point->evidence;
        }
    }
    if (!(sum > 0.0f)) {
        iso_heart_clear(out, out->beat_count);
        return ISO_HEART_NO_EVIDENCE;
    }
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        out->segment_scores[region] /= sum;
        out->segment_spread[region] = NAN;
        if (out->segment_scores[region] > out->segment_scores[out->top_segment]) {
            out->top_segment = (uint8_t)region;
        }
    }
    out->residual_share = NAN;
    return ISO_HEART_OK;
}

#include "iso_heart.h"

#include <math.h>
#include <string.h>

#include "iso_heart_parts.h"

const iso_heart_options iso_heart_default_options = {ISO_VCG_INVERSE_DOWER, {0.0f, -1.0f, 1.0f}};

void iso_heart_phase_ranges(const iso_explanation *found,
                            iso_phase_range ranges[ISO_HEART_PHASES]) {
    const int16_t *const fiducials = found->fiducials;
    const uint8_t range_end = found->scratch.range_end;
    const uint8_t onset = (uint8_t)fiducials[ISO_FIDUCIAL_QRS_ONSET];
    const uint8_t j = (uint8_t)fiducials[ISO_FIDUCIAL_J];
    const int16_t p_onset = fiducials[ISO_FIDUCIAL_P_ONSET], t_end = fiducials[ISO_FIDUCIAL_T_END];
    ranges[ISO_PHASE_P].begin = p_onset < 0 ? onset : (uint8_t)p_onset;
    ranges[ISO_PHASE_P].end = onset;
    ranges[ISO_PHASE_QRS].begin = onset;
    ranges[ISO_PHASE_QRS].end = j;
    ranges[ISO_PHASE_STT].begin = j;
    ranges[ISO_PHASE_STT].end = t_end < 0 ? range_end : (uint8_t)(t_end + 1);
}

/* Mean over beats of gradient x input, exact up to the division. */
static void attribute(const iso_heart_input *in, iso_explanation *out) {
    const float logit_per_step = in->gradient_scale * in->input_scale_millivolt;
    for (uint32_t t = 0; t < ISO_HEART_BEAT_SAMPLES; t++) {
        for (uint32_t lead = 0; lead < in->leads; lead++) {
            int64_t sum = 0;
            for (uint32_t beat = 0; beat < out->beat_count; beat++) {
                const uint32_t sample = (uint32_t)out->scratch.first[beat] + t;
                const int32_t gradient = in->gradient[sample * in->leads + lead];
                sum += (int64_t)gradient * iso_heart_code(in, sample, lead);
            }
            const uint32_t row =
                in->leads == ISO_HEART_TWELVE_LEADS ? lead : iso_heart_independent_in_twelve[lead];
            out->attribution[row][t] = (float)sum * logit_per_step / (float)out->beat_count;
        }
    }
}

static void sum_lead_evidence(const iso_phase_range ranges[ISO_HEART_PHASES],
                              iso_explanation *out) {
    for (uint32_t lead = 0; lead < ISO_HEART_TWELVE_LEADS; lead++) {
        for (uint32_t phase = 0; phase < ISO_HEART_PHASES; phase++) {
            float sum = 0.0f;
            for (uint32_t t = ranges[phase].begin; t < ranges[phase].end; t++) {
                sum += out->attribution[lead][t];
            }
            out->lead_evidence[lead][phase] = sum;
        }
    }
}

/* One beat's evidence on the regions, sum 1; false without any. */
static bool map_beat(const iso_heart_input *in, const iso_heart_options *options, uint32_t first,
                     const iso_phase_range ranges[ISO_HEART_PHASES], float map[ISO_HEART_REGIONS]) {
    memset(map, 0, ISO_HEART_REGIONS * sizeof map[0]);
    for (uint32_t phase = 0; phase < ISO_HEART_PHASES; phase++) {
        const float weight = options->phase_weight[phase];
        for (uint32_t t = ranges[phase].begin; t < ranges[phase].end; t++) {
            int32_t folded[ISO_HEART_LEADS];
            float weighted[ISO_HEART_LEADS], vector[3];
            iso_heart_folded_gradient(in, first + t, folded);
            for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
                weighted[lead] = weight * (float)folded[lead];
            }
            iso_vcg_adjoint(weighted, vector);
            iso_heart_deposit(vector, map);
        }
    }
    return iso_heart_normalize_map(map);
}

/* Mean and sample standard deviation over beats (Welford: one pass); false if no beat carries
 * evidence. */
static bool map_over_beats(const iso_heart_input *in, const iso_heart_options *options,
                           const iso_phase_range ranges[ISO_HEART_PHASES], iso_explanation *out) {
    float *const map = out->scratch.beat_map;
    uint32_t count = 0;
    memset(out->scratch.sum_squares, 0, sizeof out->scratch.sum_squares);
    for (uint32_t beat = 0; beat < out->beat_count; beat++) {
        if (!map_beat(in, options, out->scratch.first[beat], ranges, map)) {
            continue;
        }
        count++;
        for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
            const float before = map[region] - out->segment_scores[region];
            out->segment_scores[region] += before / (float)count;
            const float after = map[region] - out->segment_scores[region];
            out->scratch.sum_squares[region] += before * after;
        }
    }
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        if (count > 1) {
            const float variance = out->scratch.sum_squares[region] / (float)(count - 1);
            out->segment_spread[region] = sqrtf(fmaxf(variance, 0.0f));
        }
        if (out->segment_scores[region] > out->segment_scores[out->top_segment]) {
            out->top_segment = (uint8_t)region;
        }
    }
    return count > 0;
}

static float residual_share(const iso_heart_input *in, iso_vcg_transform transform,
                            const iso_phase_range ranges[ISO_HEART_PHASES],
                            const iso_explanation *out) {
    float dipolar = 0.0f, residual = 0.0f;
    for (uint32_t beat = 0; beat < out->beat_count; beat++) {
        for (uint32_t t = ranges[ISO_PHASE_P].begin; t < ranges[ISO_PHASE_STT].end; t++) {
            const uint32_t sample = (uint32_t)out->scratch.first[beat] + t;
            iso_heart_split_evidence(in, transform, sample, &dipolar, &residual);
        }
    }
    return dipolar + residual > 0.0f ? residual / (dipolar + residual) : 0.0f;
}

/* Paper-like: mean over the leads of |attribution|, at each point of the path. */
static void paint_path(uint32_t first, uint32_t leads, iso_explanation *out) {
    for (uint32_t i = 0; i < out->path_length; i++) {
        float sum = 0.0f;
        for (uint32_t lead = 0; lead < ISO_HEART_TWELVE_LEADS; lead++) {
            sum += fabsf(out->attribution[lead][first + i]);
        }
        out->path[i].evidence = sum / (float)leads;
    }
}

void iso_heart_sum_attribution(uint32_t leads, iso_explanation *out) {
    iso_phase_range ranges[ISO_HEART_PHASES];
    iso_heart_phase_ranges(out, ranges);
    sum_lead_evidence(ranges, out);
    paint_path(ranges[ISO_PHASE_P].begin, leads, out);
}

void iso_heart_clear(iso_explanation *out, uint8_t beat_count) {
    memset(out, 0, sizeof *out);
    out->beat_count = beat_count;
    for (uint32_t i = 0; i < ISO_FIDUCIALS; i++) {
        out->fiducials[i] = -1;
    }
}

static iso_heart_status find_beats(const iso_heart_input *in, const iso_heart_options *options,
                                   iso_explanation *out) {
    iso_heart_scratch *const scratch = &out->scratch;
    if (out->beat_count == 0) {
        return ISO_HEART_NO_BEAT;
    }
    iso_heart_mean_beat(in, scratch, out->beat_count, out->mean_beat_microvolt);
    for (uint32_t t = 0; t < ISO_HEART_BEAT_SAMPLES; t++) {
        int16_t leads[ISO_HEART_LEADS];
        for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
            leads[lead] = out->mean_beat_microvolt[lead][t];
        }
        iso_vcg_microvolt(options->transform, leads, scratch->vcg[t]);
    }
    if (!iso_heart_find_fiducials(scratch->vcg, scratch->range_begin, scratch->range_end,
                                  out->fiducials)) {
        return ISO_HEART_NO_QRS;
    }
    iso_phase_range ranges[ISO_HEART_PHASES];
    iso_heart_phase_ranges(out, ranges);
    out->path_length = iso_heart_path(scratch->vcg, ranges, out->path);
    iso_heart_mean_vector(scratch->vcg, ranges[ISO_PHASE_QRS], out->mean_qrs_microvolt);
    return ISO_HEART_OK;
}

static iso_heart_status or_cleared(iso_heart_status status, iso_explanation *out) {
    if (status != ISO_HEART_OK) {
        iso_heart_clear(out, out->beat_count);
    }
    return status;
}

iso_heart_status iso_heart_find_beats(const iso_heart_input *in, const iso_heart_options *options,
                                      iso_explanation *out) {
    iso_heart_clear(out, 0);
    out->beat_count = iso_heart_select_beats(in, &out->scratch);
    return or_cleared(find_beats(in, options, out), out);
}

iso_heart_status iso_heart_place_evidence(const iso_heart_input *in,
                                          const iso_heart_options *options, iso_explanation *out) {
    iso_phase_range ranges[ISO_HEART_PHASES];
    iso_heart_phase_ranges(out, ranges);
    if (!map_over_beats(in, options, ranges, out)) {
        return or_cleared(ISO_HEART_NO_EVIDENCE, out);
    }
    attribute(in, out);
    iso_heart_sum_attribution(in->leads, out);
    out->residual_share = residual_share(in, options->transform, ranges, out);
    return ISO_HEART_OK;
}

iso_heart_status iso_heart_explain(const iso_heart_input *in, const iso_heart_options *options,
                                   iso_explanation *out) {
    const iso_heart_status status = iso_heart_find_beats(in, options, out);
    return status == ISO_HEART_OK ? iso_heart_place_evidence(in, options, out) : status;
}

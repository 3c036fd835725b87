#include "iso_pull_back.h"

#include <math.h>
#include <string.h>

#include "iso_heart_parts.h"

/* Where a template lies in the beat: its sample t is the beat's t + shift, for t in [begin, end).
 */
typedef struct {
    int32_t shift;
    int32_t begin;
    int32_t end;
} placement;

/* Thirds of a microvolt from the isoelectric level: the level is a mean of three. */
static int32_t level_of(const int16_t *lead, int32_t qrs_onset) {
    int32_t level = 0;
    for (int32_t k = 0; k < ISO_HEART_ISOELECTRIC_SAMPLES; k++) {
        level += lead[qrs_onset > k ? qrs_onset - k : 0];
    }
    return level;
}

/* Four times the sum of squares over the twelve leads: whole numbers, since halves are doubled. */
static int64_t vector_square(const iso_explanation *explanation,
                             const int32_t level[ISO_HEART_LEADS], uint32_t t) {
    int64_t sum = 0;
    int32_t v[ISO_HEART_LEADS];
    for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
        v[lead] =
            ISO_HEART_ISOELECTRIC_SAMPLES * explanation->mean_beat_microvolt[lead][t] - level[lead];
        sum += 4 * (int64_t)v[lead] * v[lead];
    }
    const int64_t one = v[0], two = v[1];
    const int64_t iii = 2 * (two - one), avr = one + two, avl = 2 * one - two, avf = 2 * two - one;
    return sum + iii * iii + avr * avr + avl * avl + avf * avf;
}

static placement place(const iso_explanation *explanation, const int32_t level[ISO_HEART_LEADS]) {
    const int32_t onset = explanation->fiducials[ISO_FIDUCIAL_QRS_ONSET];
    const int32_t j = explanation->fiducials[ISO_FIDUCIAL_J];
    int32_t r = onset;
    int64_t top = -1;
    for (int32_t t = onset; t < j; t++) {
        const int64_t square = vector_square(explanation, level, (uint32_t)t);
        if (square > top) {
            r = t;
            top = square;
        }
    }
    const int32_t shift = r - ISO_HEART_BEAT_R;
    const int32_t begin = (int32_t)explanation->scratch.range_begin - shift;
    const int32_t end = (int32_t)explanation->scratch.range_end - shift;
    return (placement){shift, begin > 0 ? begin : 0,
                       end < ISO_HEART_BEAT_SAMPLES ? end : ISO_HEART_BEAT_SAMPLES};
}

/* Mean beat minus normal beat, thirds of a microvolt; 0 where the templates have nothing of it. */
static void departure(const iso_explanation *explanation, const int32_t level[ISO_HEART_LEADS],
                      const placement *at, const int16_t *normal_microvolt, int32_t *beat) {
    memset(beat, 0, ISO_PULL_BACK_BEAT * sizeof beat[0]);
    for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
        for (int32_t t = at->begin; t < at->end; t++) {
            const uint32_t to = lead * ISO_HEART_BEAT_SAMPLES + (uint32_t)t;
            const int32_t seen = explanation->mean_beat_microvolt[lead][t + at->shift];
            beat[to] = ISO_HEART_ISOELECTRIC_SAMPLES * (seen - normal_microvolt[to]) - level[lead];
        }
    }
}

/* A beat's gradient by the independent leads, half steps; 0 where the templates have nothing of it.
 */
static void gradient_of_beat(const iso_heart_input *in, uint32_t first, const placement *at,
                             int32_t *beat) {
    memset(beat, 0, ISO_PULL_BACK_BEAT * sizeof beat[0]);
    for (int32_t t = at->begin; t < at->end; t++) {
        int32_t folded[ISO_HEART_LEADS];
        iso_heart_folded_gradient(in, (uint32_t)((int32_t)first + t + at->shift), folded);
        for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
            beat[lead * ISO_HEART_BEAT_SAMPLES + (uint32_t)t] = folded[lead];
        }
    }
}

static void project(const int32_t *beat, const int8_t *shapes, const float *scales, uint32_t count,
                    float *projections) {
    for (uint32_t k = 0; k < count; k++) {
        const int8_t *const shape = &shapes[k * ISO_PULL_BACK_BEAT];
        int64_t sum = 0; /* at most 640 * 2^19 * 2^7 */
        for (uint32_t i = 0; i < ISO_PULL_BACK_BEAT; i++) {
            sum += (int64_t)beat[i] * shape[i];
        }
        projections[k] = scales[k] * (float)sum;
    }
}

static float weighted(const int16_t *weights, const float *projections, uint32_t count) {
    float sum = 0.0f;
    for (uint32_t k = 0; k < count; k++) {
        sum += (float)weights[k] * projections[k];
    }
    return sum;
}

static void measure_amplitudes(const iso_templates *templates, iso_pull_back_work *work) {
    const uint32_t count = templates->filter_count;
    project(work->beat, templates->filter_shapes, templates->filter_scales, count,
            work->projections);
    for (uint32_t s = 0; s < templates->template_count; s++) {
        const float thirds =
            weighted(&templates->filter_weights[s * count], work->projections, count);
        work->amplitudes[s] = fmaxf(0.0f, thirds / (1000.0f * ISO_HEART_ISOELECTRIC_SAMPLES));
    }
}

/* R_s of one beat for a template whose shapes' projections are known. */
static float evidence_of(const iso_heart_input *in, const iso_templates *templates,
                         const iso_pull_back_work *work, uint32_t s) {
    const uint32_t count = templates->difference_count;
    const float half_steps =
        weighted(&templates->difference_weights[s * count], work->projections, count);
    return work->amplitudes[s] * (0.5f * in->gradient_scale) * half_steps;
}

static void project_gradient(const iso_heart_input *in, const iso_templates *templates,
                             uint32_t first, const placement *at, iso_pull_back_work *work) {
    gradient_of_beat(in, first, at, work->beat);
    project(work->beat, templates->difference_shapes, templates->difference_scales,
            templates->difference_count, work->projections);
}

static void find_best(const iso_templates *templates, iso_pull_back_work *work) {
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        work->best[region] = -1;
    }
    for (uint32_t s = 0; s < templates->template_count; s++) {
        int16_t *const best = &work->best[templates->regions[s]];
        if (*best < 0 || work->evidence[s] > work->evidence[*best]) {
            *best = (int16_t)s;
        }
    }
}

bool iso_pull_back(const iso_heart_input *in, const iso_templates *templates,
                   iso_pull_back_work *work, iso_explanation *explanation) {
    const uint32_t beats = explanation->beat_count;
    int32_t level[ISO_HEART_LEADS];
    for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
        level[lead] = level_of(explanation->mean_beat_microvolt[lead],
                               explanation->fiducials[ISO_FIDUCIAL_QRS_ONSET]);
    }
    const placement at = place(explanation, level);
    departure(explanation, level, &at, templates->normal_microvolt, work->beat);
    measure_amplitudes(templates, work);

    memset(work->evidence, 0, sizeof work->evidence);
    for (uint32_t beat = 0; beat < beats; beat++) {
        project_gradient(in, templates, explanation->scratch.first[beat], &at, work);
        for (uint32_t s = 0; s < templates->template_count; s++) {
            work->evidence[s] += evidence_of(in, templates, work, s) / (float)beats;
        }
    }
    find_best(templates, work);
    float sum = 0.0f;
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        const int16_t best = work->best[region];
        work->sum[region] = best < 0 ? 0.0f : work->evidence[best];
        sum += fmaxf(0.0f, work->sum[region]);
    }
    if (!(sum > 0.0f)) {
        return false;
    }
    /* Once more over the beats, now that each region's template is known, for the spread. */
    memset(work->sum_squares, 0, sizeof work->sum_squares);
    for (uint32_t beat = 0; beat < beats && beats > 1; beat++) {
        project_gradient(in, templates, explanation->scratch.first[beat], &at, work);
        for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
            if (work->best[region] >= 0) {
                const float away = evidence_of(in, templates, work, (uint32_t)work->best[region]) -
                                   work->sum[region];
                work->sum_squares[region] += away * away;
            }
        }
    }
    explanation->top_segment = 0;
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        explanation->segment_scores[region] = fmaxf(0.0f, work->sum[region]) / sum;
        explanation->segment_spread[region] =
            beats > 1 ? sqrtf(work->sum_squares[region] / (float)(beats - 1)) / sum : 0.0f;
        if (explanation->segment_scores[region] >
            explanation->segment_scores[explanation->top_segment]) {
            explanation->top_segment = (uint8_t)region;
        }
    }
    return true;
}

/*
 * Chain rule through a generic heart: templates say how a lesion of each place changes the leads,
 * the network's gradient says how its answer follows. R_s = c_s sum g . D_s, c_s the lesion's
 * amplitude in the mean beat, D_s its template.
 *
 * Golden model: host/cineecg/mapping/window-chain-rule.ts. The sums over samples are whole numbers
 * and thus the same on every core; what follows is single precision.
 */
#ifndef ISO_PULL_BACK_H
#define ISO_PULL_BACK_H

#include <stdbool.h>

#include "iso_heart.h"

#define ISO_PULL_BACK_BEAT (8 * ISO_HEART_BEAT_SAMPLES)
#define ISO_PULL_BACK_MAX_SHAPES 32
#define ISO_PULL_BACK_MAX_TEMPLATES 160

/*
 * Templates of one kind of lesion (iso_templates_*.c, generated). Row s of a matrix is the sum over
 * k of weights[s][k] * scales[k] * shapes[k]; shapes are [lead 8][t], R at ISO_HEART_BEAT_R.
 */
typedef struct {
    const int16_t *normal_microvolt;   /* [lead 8][t] mean normal beat from its isoelectric level */
    const int8_t *difference_shapes;   /* lesion minus normal, millivolt */
    const int16_t *difference_weights; /* [template][shape] */
    const float *difference_scales;
    const int8_t *filter_shapes; /* what finds the lesion's amplitude, per millivolt */
    const int16_t *filter_weights;
    const float *filter_scales;
    const uint8_t *regions; /* of each template, AHA 1 = 0 */
    uint8_t difference_count;
    uint8_t filter_count;
    uint8_t template_count;
} iso_templates;

/* Working memory of one call. */
typedef struct {
    int32_t beat[ISO_PULL_BACK_BEAT]; /* the departure from normal, then a beat's gradient */
    float projections[ISO_PULL_BACK_MAX_SHAPES];
    float amplitudes[ISO_PULL_BACK_MAX_TEMPLATES];
    float evidence[ISO_PULL_BACK_MAX_TEMPLATES]; /* R_s, logit, mean per beat */
    float sum[ISO_HEART_REGIONS];
    float sum_squares[ISO_HEART_REGIONS];
    int16_t best[ISO_HEART_REGIONS]; /* strongest template of each region, -1: none */
} iso_pull_back_work;

/*
 * After iso_heart_explain has given ISO_HEART_OK, with the same input: puts the chain rule's
 * scores, spread and top segment in place of the adjoint's. False, and nothing changed, when no
 * place has evidence for the class.
 */
bool iso_pull_back(const iso_heart_input *in, const iso_templates *templates,
                   iso_pull_back_work *work, iso_explanation *explanation);

#endif

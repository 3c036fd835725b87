/* g_E^T E = g_V^T V + g_E^T (E - L V): what a vectorcardiographic view can show of one moment, and
 * what none can. */
#include "iso_heart_parts.h"

#include <math.h>
#include <stddef.h>

#include "iso_geometry.h"

const uint8_t iso_heart_independent_in_twelve[ISO_HEART_LEADS] = {0, 1, 6, 7, 8, 9, 10, 11};

int32_t iso_heart_code(const iso_heart_input *in, uint32_t sample, uint32_t lead) {
    const uint32_t at = sample * in->leads + lead;
    return (in->int8 != NULL ? in->int8[at] : in->int16[at]) - in->zero_point;
}

void iso_heart_folded_gradient(const iso_heart_input *in, uint32_t sample,
                               int32_t half_steps[ISO_HEART_LEADS]) {
    const int16_t *const gradient = &in->gradient[sample * in->leads];
    if (in->leads == ISO_HEART_TWELVE_LEADS) {
        iso_vcg_fold_gradient(gradient, half_steps);
        return;
    }
    for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
        half_steps[lead] = 2 * gradient[lead];
    }
}

void iso_heart_split_evidence(const iso_heart_input *in, iso_vcg_transform transform,
                              uint32_t sample, float *dipolar, float *residual) {
    const int all = in->leads == ISO_HEART_TWELVE_LEADS;
    int32_t folded[ISO_HEART_LEADS];
    float half_steps[ISO_HEART_LEADS], leads[ISO_HEART_LEADS], vcg[3], adjoint[3];
    iso_heart_folded_gradient(in, sample, folded);
    for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
        const uint32_t own = all ? iso_heart_independent_in_twelve[lead] : lead;
        half_steps[lead] = (float)folded[lead];
        leads[lead] = (float)iso_heart_code(in, sample, own);
    }
    iso_vcg_transform_leads(transform, leads, vcg);
    iso_vcg_adjoint(half_steps, adjoint);
    float outside = 0.0f;
    for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
        const int16_t *const row = iso_geometry_dower_milli[lead];
        const float shown =
            ((float)row[0] * vcg[0] + (float)row[1] * vcg[1] + (float)row[2] * vcg[2]) / 1000.0f;
        outside += half_steps[lead] * (leads[lead] - shown);
    }
    *dipolar += fabsf(adjoint[0] * vcg[0] + adjoint[1] * vcg[1] + adjoint[2] * vcg[2]);
    *residual += fabsf(outside);
}

/* g_E^T E = g_V^T V + g_E^T (E - L V): what a vectorcardiographic view can show of one moment, and
 * what none can. */
#include "iso_heart_parts.h"

#include <math.h>

#include "iso_geometry.h"

/* Place of each independent lead among I II III aVR aVL aVF V1..V6. */
static const uint8_t independent_in_twelve[ISO_HEART_LEADS] = {0, 1, 6, 7, 8, 9, 10, 11};

void iso_heart_split_evidence(iso_vcg_transform transform, const int16_t gradient[12],
                              const int8_t input[12], float *dipolar, float *residual) {
    int32_t folded[ISO_HEART_LEADS];
    float half_steps[ISO_HEART_LEADS], leads[ISO_HEART_LEADS], vcg[3], adjoint[3];
    iso_vcg_fold_gradient(gradient, folded);
    for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
        half_steps[lead] = (float)folded[lead];
        leads[lead] = (float)input[independent_in_twelve[lead]];
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

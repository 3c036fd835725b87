/* The mean temporal-spatial isochrone; host/cineecg/path.ts has the reasons. */
#include "iso_heart_parts.h"

#include <math.h>

#include "iso_geometry.h"

static float length(const int32_t v[3]) {
    const float x = (float)v[0], y = (float)v[1], z = (float)v[2];
    return sqrtf(x * x + y * y + z * z);
}

uint8_t iso_heart_path(int32_t vcg[ISO_HEART_BEAT_SAMPLES][3],
                       const iso_phase_range ranges[ISO_HEART_PHASES],
                       iso_path_point path[ISO_HEART_BEAT_SAMPLES]) {
    const uint32_t onset = ranges[ISO_PHASE_QRS].begin, j = ranges[ISO_PHASE_QRS].end;
    const uint32_t end = ranges[ISO_PHASE_STT].end;
    float top = 0.0f;
    for (uint32_t t = onset; t < j; t++) {
        top = fmaxf(top, length(vcg[t]));
    }
    const float stt_step_mm =
        end > j ? ISO_GEOMETRY_QRS_STEP_MM * (float)(j - onset) / (float)(end - j) : 0.0f;
    float at[3] = {iso_geometry_path_start_mm[0], iso_geometry_path_start_mm[1],
                   iso_geometry_path_start_mm[2]};
    for (uint32_t t = onset; t < end; t++) {
        iso_path_point *const point = &path[t - onset];
        const bool is_qrs = t < j;
        point->phase = is_qrs ? ISO_PHASE_QRS : ISO_PHASE_STT;
        const float guard = fmaxf(length(vcg[t]), ISO_GEOMETRY_ISOELECTRIC_SHARE * top);
        const float step_mm = is_qrs ? ISO_GEOMETRY_QRS_STEP_MM : stt_step_mm;
        for (uint32_t axis = 0; axis < 3; axis++) {
            point->frank_mm[axis] = at[axis];
            if (guard > 0.0f) {
                at[axis] += step_mm * (float)vcg[t][axis] / guard;
            }
        }
    }
    return (uint8_t)(end - onset);
}

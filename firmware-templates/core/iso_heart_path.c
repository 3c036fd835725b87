/* The mean temporal-spatial isochrone; host/cineecg/path.ts has the reasons. */
#include "iso_heart_parts.h"

#include <math.h>
#include <string.h>

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
    const uint32_t first = ranges[ISO_PHASE_P].begin;
    float at[3];
    memcpy(at, iso_geometry_atrial_start_mm, sizeof at);
    for (uint32_t t = first; t < end; t++) {
        iso_path_point *const point = &path[t - first];
        if (t == onset) {
            memcpy(at, iso_geometry_path_start_mm, sizeof at);
        }
        point->phase = t < onset ? ISO_PHASE_P : t < j ? ISO_PHASE_QRS : ISO_PHASE_STT;
        const float guard = fmaxf(length(vcg[t]), ISO_GEOMETRY_ISOELECTRIC_SHARE * top);
        const float step_mm =
            point->phase == ISO_PHASE_STT ? stt_step_mm : ISO_GEOMETRY_QRS_STEP_MM;
        for (uint32_t axis = 0; axis < 3; axis++) {
            point->frank_mm[axis] = at[axis];
            if (guard > 0.0f) {
                at[axis] += step_mm * (float)vcg[t][axis] / guard;
            }
        }
    }
    return (uint8_t)(end - first);
}

void iso_heart_mean_vector(int32_t thirds[ISO_HEART_BEAT_SAMPLES][3], iso_phase_range range,
                           float mean[3]) {
    for (uint32_t axis = 0; axis < 3; axis++) {
        int32_t sum = 0; /* at most 80 * 3 * 52 000 */
        for (uint32_t t = range.begin; t < range.end; t++) {
            sum += thirds[t][axis];
        }
        mean[axis] =
            (float)sum / (float)(ISO_HEART_ISOELECTRIC_SAMPLES * (range.end - range.begin));
    }
}

void iso_heart_to_heart_axes(const float frank[3], float heart[3]) {
    for (uint32_t axis = 0; axis < 3; axis++) {
        const float *const along = iso_geometry_heart_axes[axis];
        heart[axis] = frank[0] * along[0] + frank[1] * along[1] + frank[2] * along[2];
    }
}

/* Direction kernel: evidence that points somewhere is shared among the regions that face that way.
 */
#include "iso_heart_parts.h"

#include <math.h>

#include "iso_geometry.h"

void iso_heart_deposit(const float vector[3], float map[ISO_HEART_REGIONS]) {
    const float mass = sqrtf(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2]);
    if (!(mass > 0.0f)) {
        return;
    }
    float weights[ISO_HEART_REGIONS];
    float sum = 0.0f;
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        const float *const normal = iso_geometry_normals[region];
        const float cosine =
            (normal[0] * vector[0] + normal[1] * vector[1] + normal[2] * vector[2]) / mass;
        weights[region] = expf(ISO_GEOMETRY_KAPPA * (cosine - 1.0f));
        sum += weights[region];
    }
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        map[region] += mass * weights[region] / sum;
    }
}

bool iso_heart_normalize_map(float map[ISO_HEART_REGIONS]) {
    float sum = 0.0f;
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        map[region] *= iso_geometry_inverse_neutral[region];
        sum += map[region];
    }
    if (!(sum > 0.0f)) {
        return false;
    }
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        map[region] /= sum;
    }
    return true;
}

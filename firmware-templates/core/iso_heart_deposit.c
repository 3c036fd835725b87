/* Direction kernel: evidence that points somewhere is shared among the regions that face that way.
 * Position kernel: evidence at a place, among those around it. */
#include "iso_heart_parts.h"

#include <math.h>

#include "iso_geometry.h"

/*
 * exp for -2 kappa <= x <= 0: Taylor to the 7th power at x/16, within 1e-7 for kappa 4, squared
 * four times. Of basic operations alone, so that every core and the host give the same bits, which
 * the C libraries' own expf do not.
 */
static float kernel_exp(float x) {
    static const float inverse_factorials[8] = {
        1.0f / 5040.0f, 1.0f / 720.0f, 1.0f / 120.0f, 1.0f / 24.0f, 1.0f / 6.0f, 0.5f, 1.0f, 1.0f};
    const float sixteenth = x / 16.0f;
    float value = inverse_factorials[0];
    for (uint32_t i = 1; i < 8; i++) {
        value = value * sixteenth + inverse_factorials[i];
    }
    for (uint32_t i = 0; i < 4; i++) {
        value *= value;
    }
    return value;
}

/* The least exponent of kernel_exp. */
#define LEAST_EXPONENT (-2.0f * ISO_GEOMETRY_KAPPA)

static void share(const float weights[ISO_HEART_REGIONS], float mass,
                  float map[ISO_HEART_REGIONS]) {
    float sum = 0.0f;
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        sum += weights[region];
    }
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        map[region] += mass * weights[region] / sum;
    }
}

void iso_heart_deposit(const float vector[3], float map[ISO_HEART_REGIONS]) {
    const float mass = sqrtf(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2]);
    if (!(mass > 0.0f)) {
        return;
    }
    float weights[ISO_HEART_REGIONS];
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        const float *const normal = iso_geometry_normals[region];
        const float cosine =
            (normal[0] * vector[0] + normal[1] * vector[1] + normal[2] * vector[2]) / mass;
        weights[region] = kernel_exp(ISO_GEOMETRY_KAPPA * (cosine - 1.0f));
    }
    share(weights, mass, map);
}

void iso_heart_deposit_at(const float frank_mm[3], float mass, float map[ISO_HEART_REGIONS]) {
    float squares[ISO_HEART_REGIONS], weights[ISO_HEART_REGIONS];
    uint32_t nearest = 0;
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        squares[region] = 0.0f;
        for (uint32_t axis = 0; axis < 3; axis++) {
            const float away = iso_geometry_centres_mm[region][axis] - frank_mm[axis];
            squares[region] += away * away;
        }
        nearest = squares[region] < squares[nearest] ? region : nearest;
    }
    for (uint32_t region = 0; region < ISO_HEART_REGIONS; region++) {
        const float exponent = (squares[nearest] - squares[region]) /
                               (2.0f * ISO_GEOMETRY_SIGMA_MM * ISO_GEOMETRY_SIGMA_MM);
        weights[region] = kernel_exp(exponent > LEAST_EXPONENT ? exponent : LEAST_EXPONENT);
    }
    share(weights, mass, map);
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

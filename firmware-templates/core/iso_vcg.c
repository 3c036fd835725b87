#include "iso_vcg.h"

#include "iso_geometry.h"

/* The matrices are thousandths. */
#define MILLI 1000

void iso_vcg_microvolt(iso_vcg_transform transform, const int16_t lead_microvolt[8],
                       int32_t frank_microvolt[3]) {
    for (uint32_t axis = 0; axis < 3; axis++) {
        int32_t sum = MILLI / 2; /* at most 32768 * 1570: no overflow */
        for (uint32_t lead = 0; lead < 8; lead++) {
            sum += iso_geometry_vcg_milli[transform][axis][lead] * (int32_t)lead_microvolt[lead];
        }
        /* C truncates; the golden model rounds down. */
        frank_microvolt[axis] = sum >= 0 ? sum / MILLI : -((MILLI - 1 - sum) / MILLI);
    }
}

void iso_vcg_transform_leads(iso_vcg_transform transform, const float leads[8], float frank[3]) {
    for (uint32_t axis = 0; axis < 3; axis++) {
        float sum = 0.0f;
        for (uint32_t lead = 0; lead < 8; lead++) {
            sum += (float)iso_geometry_vcg_milli[transform][axis][lead] * leads[lead];
        }
        frank[axis] = sum / (float)MILLI;
    }
}

void iso_vcg_adjoint(const float lead_gradient[8], float frank_gradient[3]) {
    for (uint32_t axis = 0; axis < 3; axis++) {
        float sum = 0.0f;
        for (uint32_t lead = 0; lead < 8; lead++) {
            sum += (float)iso_geometry_dower_milli[lead][axis] * lead_gradient[lead];
        }
        frank_gradient[axis] = sum / (float)MILLI;
    }
}

void iso_vcg_fold_gradient(const int16_t gradient[12], int32_t folded_half_steps[8]) {
    /* III = II - I, aVR = -(I + II)/2, aVL = I - II/2, aVF = II - I/2: each belongs to I and II. */
    const int32_t iii = gradient[2], avr = gradient[3], avl = gradient[4], avf = gradient[5];
    folded_half_steps[0] = 2 * (gradient[0] - iii + avl) - avr - avf;
    folded_half_steps[1] = 2 * (gradient[1] + iii + avf) - avr - avl;
    for (uint32_t lead = 2; lead < 8; lead++) {
        folded_half_steps[lead] = 2 * (int32_t)gradient[lead + 4];
    }
}

/* Vectorcardiogram from the eight independent leads (I II V1..V6), and the fold of twelve-lead
 * gradients onto them. */
#ifndef ISO_VCG_H
#define ISO_VCG_H

#include <stdint.h>

typedef enum {
    ISO_VCG_INVERSE_DOWER = 0,
    ISO_VCG_KORS = 1,
    ISO_VCG_GEOMETRIC = 2
} iso_vcg_transform;

/* Frank X, Y, Z in whole microvolt, rounded half up; exact, so host and device find the same
 * fiducials. */
void iso_vcg_microvolt(iso_vcg_transform transform, const int16_t lead_microvolt[8],
                       int32_t frank_microvolt[3]);

/* V = T E for leads in any unit. */
void iso_vcg_transform_leads(iso_vcg_transform transform, const float leads[8], float frank[3]);

/* Adjoint g_V = L^T g of Dower's forward matrix L: gradient by leads -> gradient by Frank axes. */
void iso_vcg_adjoint(const float lead_gradient[8], float frank_gradient[3]);

/*
 * Folds the gradient of the four dependent leads (III, aVR, aVL, aVF) onto I and II, in exact half
 * steps: folded_half_steps = 2 * (gradient by the eight independent leads of a network that is
 * given only those).
 */
void iso_vcg_fold_gradient(const int16_t gradient[12], int32_t folded_half_steps[8]);

#endif

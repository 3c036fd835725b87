#ifndef ISO_FAMILIARITY_H
#define ISO_FAMILIARITY_H

#include <stdint.h>

#include "iso_reversal.h"

/*
 * Whether a window is like those that the network was trained on. The network itself does not say:
 * it answers noise as well (`isochrone evaluate-network` prints what).
 *
 * Two things are asked. How the leads go together (the features of iso_reversal.h): the squared
 * distance from their mean, where what lies along the directions in which trained-on records differ
 * counts little and what lies across them counts in full (a Gaussian of few directions and a floor,
 * Tipping and Bishop, J R Stat Soc B 61:611, 1999). And four measures of the whole window, each
 * within what training saw. The statistics come from `isochrone calibrate`; golden model:
 * host/familiarity.
 *
 * Integers only, no state. RAM: 0.4 KB of stack. About 25,000 multiplications a window
 * besides those of the features.
 */

enum iso_familiarity_measure {
    ISO_FAMILIARITY_POWER,     /* mean square of all leads */
    ISO_FAMILIARITY_SLOPE,     /* square of the first difference, against the power */
    ISO_FAMILIARITY_BEND,      /* of the second difference, against that of the first */
    ISO_FAMILIARITY_ALIKENESS, /* mean squared correlation of the pairs of leads */
    ISO_FAMILIARITY_MEASURES
};

typedef struct {
    const int16_t *mean; /* [ISO_REVERSAL_FEATURES], 12 fraction bits */
    const uint16_t
        *gain; /* [ISO_REVERSAL_FEATURES]: 2^20 / (standard deviation in feature steps) */
    const int8_t *directions; /* [direction_count][ISO_REVERSAL_FEATURES], 7 fraction bits */
    const uint8_t
        *forgiven; /* [direction_count]: 256ths of the square along it that do not count */
    uint8_t direction_count;
    uint32_t limit;                           /* of the squared distance, 16 fraction bits */
    int16_t middle[ISO_FAMILIARITY_MEASURES]; /* log2 in 256ths; alikeness in 4096ths */
    int16_t half_width[ISO_FAMILIARITY_MEASURES];
} iso_familiarity;

#define ISO_UNFAMILIARITY_ONE 256
#define ISO_UNFAMILIARITY_MOST 65535

/*
 * 256ths: above ISO_UNFAMILIARITY_ONE the window is unlike the training data, by its distance or by
 * the measure that is farthest out. Saturates at ISO_UNFAMILIARITY_MOST.
 *
 * microvolt: [samples][8] as for iso_reversal_features, which gave `features`.
 */
uint32_t iso_unfamiliarity(const iso_familiarity *trained, const int16_t *microvolt,
                           uint32_t samples, const int32_t features[ISO_REVERSAL_FEATURES]);

/* Binary logarithm in 256ths, rounded downwards; 0 of 0. */
int32_t iso_log2_256ths(uint64_t value);

#endif

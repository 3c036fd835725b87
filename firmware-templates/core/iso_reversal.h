#ifndef ISO_REVERSAL_H
#define ISO_REVERSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_leads.h"

/*
 * Warns of electrodes that have changed places, from a few seconds of baseline-free signal or a
 * median beat.
 *
 * What is looked at is how the eight leads go together: the correlation of each pair and the share
 * of each lead in the whole, of the signal and of its first difference, which sees the QRS more
 * than the T wave (correlation with reconstructed leads: Kors and van Herpen, J Electrocardiol
 * 2001). A linear score for each exchange says how much more it looks like records with that
 * exchange than like records without; weights and thresholds come from PTB-XL, folds 1 to 8, with
 * leads exchanged by computation (models/train_reversal.py). Above 0 is a warning, at most about 3
 * records in 1000 for each exchange.
 *
 * LA and LL exchanged look like another axis of the same heart: most are not seen, as by every
 * known method that has no earlier record.
 *
 * No state, no gap: the caller gives a run without one. RAM: 1.7 KB of stack.
 */

typedef enum {
    ISO_REVERSAL_RA_LA,
    ISO_REVERSAL_LA_LL,
    ISO_REVERSAL_RA_LL,
    ISO_REVERSAL_V1_V2,
    ISO_REVERSAL_V2_V3,
    ISO_REVERSAL_V3_V4,
    ISO_REVERSAL_V4_V5,
    ISO_REVERSAL_V5_V6,
    ISO_REVERSAL_V1_V3,
    ISO_REVERSAL_V1_TO_V6, /* the whole chest in opposite order */
    ISO_REVERSALS,
    ISO_REVERSAL_NONE = ISO_REVERSALS
} iso_reversal;

/* From this one on the chest electrodes are meant. */
#define ISO_REVERSAL_FIRST_OF_CHEST ISO_REVERSAL_V1_V2

#define ISO_REVERSAL_PAIRS (ISO_INDEPENDENT_LEADS * (ISO_INDEPENDENT_LEADS - 1) / 2)
/* Pairs and shares, of the signal and of its difference. */
#define ISO_REVERSAL_FEATURES (2 * (ISO_REVERSAL_PAIRS + ISO_INDEPENDENT_LEADS))
#define ISO_REVERSAL_MOST_SAMPLES 1024

/* 8 fraction bits; for features of 12. */
extern const int16_t iso_reversal_weights[ISO_REVERSALS][ISO_REVERSAL_FEATURES];
/* 20 fraction bits, the threshold already taken off. */
extern const int32_t iso_reversal_bias[ISO_REVERSALS];

typedef struct {
    iso_reversal limb; /* the likeliest above its threshold, or ISO_REVERSAL_NONE */
    iso_reversal chest;
    int32_t scores[ISO_REVERSALS]; /* natural logarithm of odds above the threshold, 8 bits */
} iso_reversal_result;

/*
 * microvolt: [samples][8], about 100 Hz, baseline removed (iso_window_samples, or a median beat).
 *
 * Twelve fraction bits: for the signal, then for its first difference, the correlation of each pair
 * (0,1) (0,2) … (6,7), then the root mean square of each lead against that of all. False when a
 * lead has no signal or there are fewer than 50 or more than ISO_REVERSAL_MOST_SAMPLES samples.
 */
bool iso_reversal_features(const int16_t *microvolt, uint32_t samples,
                           int32_t features[ISO_REVERSAL_FEATURES]);
/* Judges what iso_reversal_features gave. */
void iso_reversal_judge(const int32_t features[ISO_REVERSAL_FEATURES], iso_reversal_result *out);

#endif

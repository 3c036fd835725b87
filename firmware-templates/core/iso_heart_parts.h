/* The parts of iso_heart_explain, one file each; private to the heart. */
#ifndef ISO_HEART_PARTS_H
#define ISO_HEART_PARTS_H

#include <stdbool.h>

#include "iso_heart.h"

#define ISO_HEART_LEADS 8
#define ISO_HEART_TWELVE_LEADS 12
/* The isoelectric level is the mean of this many samples, which end at QRS onset. */
#define ISO_HEART_ISOELECTRIC_SAMPLES 3

/* [begin, end) of a phase in the beat; empty where the phase was not found. */
typedef struct {
    uint8_t begin;
    uint8_t end;
} iso_phase_range;

/* Of what iso_heart_find_beats found. */
void iso_heart_phase_ranges(const iso_explanation *found, iso_phase_range ranges[ISO_HEART_PHASES]);

/* Evidence of each lead and phase, and the path's, from the attribution of the mean beat. */
void iso_heart_sum_attribution(uint32_t leads, iso_explanation *out);

/* Clears all but the number of beats. */
void iso_heart_clear(iso_explanation *out, uint8_t beat_count);

/* Full beats and the part of the beat that belongs to no neighbour, into the scratch; returns their
 * number. */
uint8_t iso_heart_select_beats(const iso_heart_input *in, iso_heart_scratch *scratch);

void iso_heart_mean_beat(const iso_heart_input *in, const iso_heart_scratch *scratch,
                         uint8_t beat_count,
                         int16_t mean_microvolt[ISO_HEART_LEADS][ISO_HEART_BEAT_SAMPLES]);

/*
 * Takes the mean beat's VCG in whole microvolt; false without a QRS. Leaves the VCG from the
 * isoelectric level, in thirds of a microvolt: the level is a mean of three, so whole numbers stay
 * whole.
 */
bool iso_heart_find_fiducials(int32_t vcg[ISO_HEART_BEAT_SAMPLES][3], uint8_t range_begin,
                              uint8_t range_end, int16_t fiducials[ISO_FIDUCIALS]);

/* Positions and phases of the path; evidence is left alone. Returns the number of points. */
uint8_t iso_heart_path(int32_t vcg[ISO_HEART_BEAT_SAMPLES][3],
                       const iso_phase_range ranges[ISO_HEART_PHASES],
                       iso_path_point path[ISO_HEART_BEAT_SAMPLES]);

/* Mean over a range that is not empty; thirds of a microvolt in, microvolt out. */
void iso_heart_mean_vector(int32_t thirds[ISO_HEART_BEAT_SAMPLES][3], iso_phase_range range,
                           float mean[3]);

/* Adds |vector| to the regions that face along it. */
void iso_heart_deposit(const float vector[3], float map[ISO_HEART_REGIONS]);

/* Adds the mass to the regions around a place. */
void iso_heart_deposit_at(const float frank_mm[3], float mass, float map[ISO_HEART_REGIONS]);

/* Divides the neutral map out and makes the sum 1; false without any mass. */
bool iso_heart_normalize_map(float map[ISO_HEART_REGIONS]);

/* Place of each independent lead among I II III aVR aVL aVF V1..V6. */
extern const uint8_t iso_heart_independent_in_twelve[ISO_HEART_LEADS];

/* Code that the network saw, from that of 0 V, by its own count of leads. */
int32_t iso_heart_code(const iso_heart_input *in, uint32_t sample, uint32_t lead);

/* Gradient of one moment by the independent leads, in half steps. */
void iso_heart_folded_gradient(const iso_heart_input *in, uint32_t sample,
                               int32_t half_steps[ISO_HEART_LEADS]);

/* Sums of |dipolar| and |non-dipolar| evidence of one moment, added to the two totals; units of
 * steps. */
void iso_heart_split_evidence(const iso_heart_input *in, iso_vcg_transform transform,
                              uint32_t sample, float *dipolar, float *residual);

#endif

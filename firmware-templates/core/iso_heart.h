/*
 * The heart: from one 10 s window, the network's gradient and the beats' places to an explanation
 * in the heart.
 *
 * Method and provenance: docs/cineecg-method.md. Golden model: host/cineecg/explain.ts (double
 * precision); the two agree within the bound that host/cineecg/heart-c.test.ts states. Frame: Frank
 * (X left, Y inferior, Z posterior), millimetres, heart centre as origin. No heap, no file-scope
 * state: everything lives in the caller's iso_explanation.
 */
#ifndef ISO_HEART_H
#define ISO_HEART_H

#include <stdint.h>

#include "iso_attribution.h"
#include "iso_vcg.h"

#define ISO_HEART_WINDOW_SAMPLES 1000
#define ISO_HEART_BEAT_SAMPLES 80 /* 0.8 s at 100 Hz */
#define ISO_HEART_BEAT_R 30       /* index of the R mark inside the beat */
#define ISO_HEART_MAX_BEATS 64    /* r_index entries read; 64 beats in 10 s are 384/min */
#define ISO_HEART_PHASES 3
#define ISO_HEART_REGIONS 21 /* AHA 1..17, then RV base, mid, apex, outflow */

enum { ISO_PHASE_P = 0, ISO_PHASE_QRS = 1, ISO_PHASE_STT = 2 };

/* Order of iso_explanation.fiducials. */
enum {
    ISO_FIDUCIAL_P_ONSET = 0,
    ISO_FIDUCIAL_P_END = 1,
    ISO_FIDUCIAL_QRS_ONSET = 2,
    ISO_FIDUCIAL_J = 3,
    ISO_FIDUCIAL_T_PEAK = 4,
    ISO_FIDUCIAL_T_END = 5,
    ISO_FIDUCIALS = 6
};

/* Why an explanation is withheld. */
typedef enum {
    ISO_HEART_OK = 0,
    ISO_HEART_NO_BEAT = 1,    /* no beat lies wholly inside the window */
    ISO_HEART_NO_QRS = 2,     /* the mean beat is isoelectric: no QRS to hang phases on */
    ISO_HEART_NO_EVIDENCE = 3 /* the gradient is zero wherever it could be deposited */
} iso_heart_status;

typedef struct {
    const int16_t *microvolt;    /* [1000][8] chain output, leads I II V1..V6 */
    const int8_t *int8;          /* [1000][leads] what the network saw; exactly one of the two */
    const int16_t *int16;        /* pointers is given */
    const int16_t *gradient;     /* [1000][leads] of the explained logit */
    float input_scale_millivolt; /* millivolt per input step */
    float gradient_scale;        /* (logit per millivolt) per int16 step */
    const uint16_t *r_index;     /* R positions in the window (100 Hz samples), ascending */
    uint8_t beat_count;          /* entries of r_index */
    uint8_t leads;               /* 12, or the 8 independent ones */
    int16_t zero_point;          /* the code of 0 V */
} iso_heart_input;

typedef struct {
    iso_vcg_transform transform; /* leads -> VCG; every result names it */
    /* Direction and weight of the deposit per phase: the evidence vector is sign * g_V. */
    float phase_weight[ISO_HEART_PHASES];
} iso_heart_options;

/* Inverse Dower; QRS along -g_V (a scar removes forces), ST-T along +g_V (an injury current points
 * at its segment), P none. */
extern const iso_heart_options iso_heart_default_options;

typedef struct {
    float frank_mm[3];
    float evidence; /* mean over the network's leads of |mean attribution| at this moment, logit
                       units */
    uint8_t phase;  /* the path begins at P onset, or at QRS onset where no P wave was found */
} iso_path_point;

/* Working memory of one call; nothing in it is part of the result. */
typedef struct {
    int32_t vcg[ISO_HEART_BEAT_SAMPLES][3];
    float beat_map[ISO_HEART_REGIONS];
    float sum_squares[ISO_HEART_REGIONS];
    uint16_t first[ISO_HEART_MAX_BEATS]; /* window index of each full beat's first sample */
    uint8_t range_begin;                 /* part of the beat that does not belong to a neighbour */
    uint8_t range_end;
} iso_heart_scratch;

/* Results. On any status but ISO_HEART_OK only beat_count means something and all else is zero,
 * fiducials -1. */
typedef struct {
    int16_t mean_beat_microvolt[8][ISO_HEART_BEAT_SAMPLES];
    float attribution[12][ISO_HEART_BEAT_SAMPLES]; /* mean over beats of gradient x input, logit
                                                      units; 0 for leads the network has not */
    float lead_evidence[12][ISO_HEART_PHASES]; /* sum over the phase, mean per beat, logit units */
    float segment_scores[ISO_HEART_REGIONS];   /* sums to 1 */
    float segment_spread[ISO_HEART_REGIONS];   /* standard deviation over beats */
    float residual_share;                      /* 0..1, non-dipolar part of the evidence */
    float mean_qrs_microvolt[3];               /* mean VCG over QRS, Frank */
    iso_path_point path[ISO_HEART_BEAT_SAMPLES];
    uint8_t path_length;
    uint8_t beat_count; /* full beats used */
    uint8_t top_segment;
    int16_t fiducials[ISO_FIDUCIALS]; /* index into the beat, -1 when not found */
    iso_heart_scratch scratch;
} iso_explanation;

/* Frank -> the generic heart's own axes (base to apex, right to left ventricle, towards the
 * anterior wall), the same unit: a path or an axis as seen from the heart. */
void iso_heart_to_heart_axes(const float frank[3], float heart[3]);

/* 8 324 bytes in *out; docs/cineecg-method.md has the figures of time and stack. */
iso_heart_status iso_heart_explain(const iso_heart_input *in, const iso_heart_options *options,
                                   iso_explanation *out);

/*
 * The same in two parts, for a gradient that takes its time: the first reads what is measured
 * (microvolt, r_index), which may have moved on when the second reads gradient and codes. The
 * second wants ISO_HEART_OK of the first and the same *out.
 */
iso_heart_status iso_heart_find_beats(const iso_heart_input *in, const iso_heart_options *options,
                                      iso_explanation *out);
iso_heart_status iso_heart_place_evidence(const iso_heart_input *in,
                                          const iso_heart_options *options, iso_explanation *out);

/*
 * The second part for methods that give no gradient (iso_heart_attribution.c, golden model
 * host/cineecg/attribution-map.ts): one of the two lays the mean beat's attribution, then
 * iso_heart_place_attribution fills in the rest. Places come from the path alone, painted with the
 * attribution's magnitude; the residual share and the spread over beats are not known then (NaN).
 */
/* Grad-CAM, [length] positions spread evenly over the window, logit per step; leads of the network.
 */
void iso_heart_take_cam(const int16_t *cam, uint32_t length, float scale, uint8_t leads,
                        iso_explanation *out);
/* Parts of the window to occlude: P, QRS and ST-T of every beat are parts 0, 1, 2. Returns their
 * number. */
uint16_t iso_heart_waves(const iso_explanation *found,
                         iso_occlusion_range ranges[ISO_HEART_MAX_BEATS * ISO_HEART_PHASES]);
/* What the logit lost without them, [phase][leads] steps of `scale`. */
void iso_heart_take_occlusion(const int32_t *drop, float scale, uint8_t leads,
                              iso_explanation *out);
iso_heart_status iso_heart_place_attribution(uint8_t leads, iso_explanation *out);

#endif

/* Fiducials of the mean beat, in whole numbers: the device and the golden model find the same
 * sample. */
#include "iso_heart_parts.h"

/* The QRS's fastest moment within 80 ms of R, its onset within 120 ms before, J within 160 ms
 * after. */
#define PEAK_REACH 8
#define ONSET_REACH 12
#define J_REACH 16
/* Slower than 15 % of the QRS's top speed is outside it; as squares, 225 / 10 000. */
#define EDGE_SQUARE_NUMERATOR 225
#define EDGE_SQUARE_DENOMINATOR 10000
/* A beat whose speed never reaches 100 uV in 20 ms has no QRS to find. */
#define LEAST_QRS_STEP_MICROVOLT 100
/* T is looked for from 40 ms after J. Waves below these amplitudes count as not found. */
#define T_AFTER_J 4
#define LEAST_P_MICROVOLT 40
#define LEAST_T_MICROVOLT 40

typedef int32_t beat_vcg[ISO_HEART_BEAT_SAMPLES][3];

static int32_t larger(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int64_t dot(const int32_t a[3], const int32_t b[3]) {
    return (int64_t)a[0] * b[0] + (int64_t)a[1] * b[1] + (int64_t)a[2] * b[2];
}

/* |V(t + 1) - V(t - 1)|^2; 0 at the beat's ends. */
static int64_t speed_square(beat_vcg vcg, int32_t t) {
    if (t < 1 || t >= ISO_HEART_BEAT_SAMPLES - 1) {
        return 0;
    }
    const int32_t step[3] = {vcg[t + 1][0] - vcg[t - 1][0], vcg[t + 1][1] - vcg[t - 1][1],
                             vcg[t + 1][2] - vcg[t - 1][2]};
    return dot(step, step);
}

static bool is_slow(beat_vcg vcg, int32_t t, int64_t top) {
    return speed_square(vcg, t) * EDGE_SQUARE_DENOMINATOR < top * EDGE_SQUARE_NUMERATOR;
}

/*
 * The first of two slow samples in a row from the peak on: one alone may be the turn of the loop.
 * Without such a pair in reach (QRS running into ST) the slowest sample in reach has to do.
 */
static int32_t qrs_edge(beat_vcg vcg, int32_t peak, int64_t top, int32_t step, int32_t limit) {
    int32_t slowest = peak;
    for (int32_t t = peak + step; step * t <= step * limit; t += step) {
        if (is_slow(vcg, t, top) && is_slow(vcg, t + step, top)) {
            return t;
        }
        if (speed_square(vcg, t) < speed_square(vcg, slowest)) {
            slowest = t;
        }
    }
    return slowest;
}

static bool find_qrs(beat_vcg vcg, int32_t begin, int32_t end, int32_t *onset, int32_t *j) {
    const int32_t lowest = larger(begin, 1);
    const int32_t highest = smaller(end, ISO_HEART_BEAT_SAMPLES - 1) - 1;
    int32_t peak = -1;
    int64_t top = LEAST_QRS_STEP_MICROVOLT * LEAST_QRS_STEP_MICROVOLT - 1;
    for (int32_t t = larger(lowest, ISO_HEART_BEAT_R - PEAK_REACH);
         t <= smaller(highest, ISO_HEART_BEAT_R + PEAK_REACH); t++) {
        const int64_t speed = speed_square(vcg, t);
        if (speed > top) {
            peak = t;
            top = speed;
        }
    }
    if (peak < 0) {
        return false;
    }
    *onset = qrs_edge(vcg, peak, top, -1, larger(lowest, ISO_HEART_BEAT_R - ONSET_REACH));
    *j = qrs_edge(vcg, peak, top, 1, smaller(highest, ISO_HEART_BEAT_R + J_REACH));
    return *onset < *j;
}

static void to_isoelectric_thirds(beat_vcg vcg, int32_t qrs_onset) {
    int32_t level[3] = {0, 0, 0};
    for (int32_t k = 0; k < ISO_HEART_ISOELECTRIC_SAMPLES; k++) {
        for (uint32_t axis = 0; axis < 3; axis++) {
            level[axis] += vcg[larger(0, qrs_onset - k)][axis];
        }
    }
    for (uint32_t t = 0; t < ISO_HEART_BEAT_SAMPLES; t++) {
        for (uint32_t axis = 0; axis < 3; axis++) {
            vcg[t][axis] = ISO_HEART_ISOELECTRIC_SAMPLES * vcg[t][axis] - level[axis];
        }
    }
}

/* Largest |V| strictly inside [begin, end), -1 if it lies at a border or is too small. */
static int32_t wave_peak(beat_vcg thirds, int32_t begin, int32_t end, int32_t least_microvolt) {
    int32_t peak = -1;
    int64_t top = -1;
    for (int32_t t = begin; t < end; t++) {
        const int64_t square = dot(thirds[t], thirds[t]);
        if (square > top) {
            peak = t;
            top = square;
        }
    }
    const int64_t least = (int64_t)least_microvolt * ISO_HEART_ISOELECTRIC_SAMPLES;
    return peak > begin && peak < end - 1 && top >= least * least ? peak : -1;
}

/* Where the tangent of the wave's flank, on the projection onto the peak's direction, meets the
 * isoelectric level. */
static int32_t tangent_foot(beat_vcg thirds, int32_t peak, int32_t step, int32_t limit) {
    int64_t steepest = 0;
    int32_t at = peak;
    for (int32_t t = peak + step; step * t < step * limit; t += step) {
        const int64_t fall =
            dot(thirds[t - step], thirds[peak]) - dot(thirds[t + step], thirds[peak]);
        if (fall > steepest) {
            at = t;
            steepest = fall;
        }
    }
    if (steepest == 0) {
        return limit;
    }
    int64_t height = dot(thirds[at], thirds[peak]);
    height = height > 0 ? height : 0;
    /* Two samples make one fall, and half a sample more rounds to the nearest. */
    const int64_t beyond = (4 * height + steepest) / (2 * steepest);
    if (beyond > ISO_HEART_BEAT_SAMPLES) {
        return limit;
    }
    const int32_t foot = at + step * (int32_t)beyond;
    return step * foot > step * limit ? limit : foot;
}

bool iso_heart_find_fiducials(beat_vcg vcg, uint8_t range_begin, uint8_t range_end,
                              int16_t fiducials[ISO_FIDUCIALS]) {
    int32_t onset = -1, j = -1;
    if (!find_qrs(vcg, range_begin, range_end, &onset, &j)) {
        return false;
    }
    to_isoelectric_thirds(vcg, onset);
    const int32_t p_peak = wave_peak(vcg, range_begin, onset - 1, LEAST_P_MICROVOLT);
    const int32_t t_peak = wave_peak(vcg, j + T_AFTER_J, range_end, LEAST_T_MICROVOLT);
    if (p_peak >= 0) {
        fiducials[ISO_FIDUCIAL_P_ONSET] = (int16_t)tangent_foot(vcg, p_peak, -1, range_begin);
        fiducials[ISO_FIDUCIAL_P_END] = (int16_t)tangent_foot(vcg, p_peak, 1, onset);
    }
    fiducials[ISO_FIDUCIAL_QRS_ONSET] = (int16_t)onset;
    fiducials[ISO_FIDUCIAL_J] = (int16_t)j;
    fiducials[ISO_FIDUCIAL_T_PEAK] = (int16_t)t_peak;
    if (t_peak >= 0) {
        fiducials[ISO_FIDUCIAL_T_END] = (int16_t)tangent_foot(vcg, t_peak, 1, range_end - 1);
    }
    return true;
}

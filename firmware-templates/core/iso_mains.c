#include "iso_mains.h"

#include "iso_integer.h"

#define SAMPLE_RATE_HZ 500u
#define ONE_HERTZ (UINT32_MAX / SAMPLE_RATE_HZ)
#define HALF_PERIOD (ISO_MAINS_HISTORY / 2)

#define AMPLITUDE_FRACTION_BITS 12
#define SINE_FRACTION_BITS 15
/* What the trackers learn from carries four times the microvolt (2 a - b - c). */
#define LEARN_FRACTION_BITS 2
#define LEVEL_FRACTION_BITS 8

/* Averages over 32 samples at first, over 256 (half a second) in the end. */
#define FIRST_PACE 5
#define LAST_PACE 8
/* 65 mV, in what is learned from and in amplitudes: it bounds every sum below. */
#define LEARN_LIMIT (65536 << LEARN_FRACTION_BITS)
#define AMPLITUDE_LIMIT (65536 << AMPLITUDE_FRACTION_BITS)
/* Levels are twice as quick, in the end 1/128 a sample: a QRS is over within 40 samples, in which
 * they grow by a third. */
#define LEVEL_PACE_BEHIND 1
#define LEVEL_START (200u << LEVEL_FRACTION_BITS)
#define HELD_LEVELS 2
#define LEFT_OUT_LEVELS 8

#define JUDGEMENT_SAMPLES 32
/* Damping of one half, which settles soonest: the frequency's gain is the square of the phase's,
 * 2^-16; in turns of 2^32, by 2 pi. */
#define FREQUENCY_GAIN 10430
/* Noise leaves an eighth of its level in the estimate; mains counts from a half on, until a
 * quarter. */
#define FOUND_SQUARED_SHIFT 2
#define LOST_SQUARED_SHIFT 4
/* Below 3 microvolt on all leads together nothing is worth subtracting. */
#define LEAST_MICROVOLT 3
#define FULL_SHARE 64

static const uint32_t nominal_step[ISO_MAINS_FREQUENCIES] = {50u * ONE_HERTZ, 60u * ONE_HERTZ};
/* Learning sees a frequency f by sin^2(pi f / 100 Hz): 1 at 50 Hz, 0.9045 at 60 Hz, where it falls
 * by 0.01847 a hertz. What is subtracted is divided by it; 14 bits, and the slope of 1 / gain a
 * hertz. */
static const int32_t inverse_gain[ISO_MAINS_FREQUENCIES] = {16384, 18114};
static const int32_t inverse_slope[ISO_MAINS_FREQUENCIES] = {0, 370};
#define GAIN_FRACTION_BITS 14

/* sin(pi / 2 z) for z = quarter / 2^14 within +-1: odd polynomial of fifth order that meets value
 * and slope at both ends, 1.6e-4 off at most. */
static int32_t quarter_sine(int32_t quarter) {
    const int32_t square = (quarter * quarter) >> 14;
    /* pi / 2, (2 pi - 5) / 2, (pi - 3) / 2, 15 bits. */
    const int32_t inner = 21024 - ((2320 * square) >> 14);
    const int32_t outer = 51472 - ((inner * square) >> 14);

    return (quarter * outer) >> 14;
}

static int32_t sine(uint32_t phase) {
    const int32_t half = (int32_t)(phase >> 16) - 32768;
    /* half turns from -1 to 1, one half turn behind: mirrored at the quarters, and negated. */
    const int32_t folded = half > 16384 ? 32768 - half : half < -16384 ? -32768 - half : half;

    return -quarter_sine(folded);
}

static int32_t cosine(uint32_t phase) {
    return sine(phase + 0x40000000u);
}

static int32_t held(int32_t value, int32_t limit) {
    return value > limit ? limit : value < -limit ? -limit : value;
}

void iso_mains_init(iso_mains *mains) {
    for (unsigned f = 0; f < ISO_MAINS_FREQUENCIES; f++) {
        iso_mains_tracker *tracker = &mains->trackers[f];

        tracker->phase = 0;
        tracker->step = nominal_step[f];
        tracker->rotation = 0;
        tracker->present = false;
        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            tracker->in_phase[lead] = 0;
            tracker->quadrature[lead] = 0;
            tracker->level[lead] = LEVEL_START;
        }
    }
    mains->newest = 0;
    mains->filled = 0;
    mains->learnt = 0;
    mains->samples_to_judgement = JUDGEMENT_SAMPLES;
    mains->subtracted = 0;
    mains->share = 0;
}

/* The estimate of one lead at a moment of the oscillator; microvolt with LEARN_FRACTION_BITS. */
static int32_t estimate(const iso_mains_tracker *tracker, unsigned lead, int32_t cos, int32_t sin) {
    const int64_t sum =
        (int64_t)tracker->in_phase[lead] * cos + (int64_t)tracker->quadrature[lead] * sin;
    const int shift = AMPLITUDE_FRACTION_BITS + SINE_FRACTION_BITS - LEARN_FRACTION_BITS;

    return (int32_t)((sum + ((int64_t)1 << (shift - 1))) >> shift);
}

/* Amplitude and phase of one lead from what the slow part does not explain. */
static void learn_lead(iso_mains_tracker *tracker, unsigned lead, int32_t seen, int pace,
                       int32_t cos, int32_t sin) {
    const int32_t remains = held(seen - estimate(tracker, lead, cos, sin), LEARN_LIMIT);
    const uint32_t magnitude = (uint32_t)(remains < 0 ? -remains : remains);
    uint32_t level = tracker->level[lead];
    const uint32_t in_level = level >> LEVEL_FRACTION_BITS;
    const uint32_t change = level >> (pace - LEVEL_PACE_BEHIND);

    level = magnitude > in_level ? level + change + 1 : level - change;
    tracker->level[lead] = level;
    if (magnitude > LEFT_OUT_LEVELS * (in_level + 1)) {
        return;
    }
    const int32_t taken = held(remains, (int32_t)(HELD_LEVELS * (in_level + 1)));
    /* Twice, because the mean of a squared sine is a half. */
    const int shift = SINE_FRACTION_BITS + LEARN_FRACTION_BITS - AMPLITUDE_FRACTION_BITS - 1 + pace;
    const int64_t half = (int64_t)1 << (shift - 1);
    const int32_t turned = (int32_t)(((int64_t)tracker->quadrature[lead] * cos -
                                      (int64_t)tracker->in_phase[lead] * sin) >>
                                     SINE_FRACTION_BITS);

    tracker->rotation += (int64_t)taken * turned;
    tracker->in_phase[lead] =
        held(tracker->in_phase[lead] + (int32_t)(((int64_t)taken * cos + half) >> shift),
             AMPLITUDE_LIMIT);
    tracker->quadrature[lead] =
        held(tracker->quadrature[lead] + (int32_t)(((int64_t)taken * sin + half) >> shift),
             AMPLITUDE_LIMIT);
}

static void learn(iso_mains *mains, const int32_t seen[ISO_INDEPENDENT_LEADS]) {
    int pace = FIRST_PACE;

    while (pace < LAST_PACE && mains->learnt >> (pace + 1) > 0) {
        pace++;
    }
    if (mains->learnt < 1 << LAST_PACE) {
        mains->learnt++;
    }
    for (unsigned f = 0; f < ISO_MAINS_FREQUENCIES; f++) {
        iso_mains_tracker *tracker = &mains->trackers[f];
        const uint32_t then = tracker->phase - HALF_PERIOD * tracker->step;
        const int32_t cos = cosine(then);
        const int32_t sin = sine(then);

        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            learn_lead(tracker, lead, seen[lead], pace, cos, sin);
        }
    }
}

typedef struct {
    uint64_t mains; /* sums over leads of squared amplitudes, in microvolt with
                       AMPLITUDE_FRACTION_BITS */
    uint64_t level;
} powers;

static powers powers_of(const iso_mains_tracker *tracker) {
    powers sum = {0, 0};

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int64_t in_phase = tracker->in_phase[lead];
        const int64_t quadrature = tracker->quadrature[lead];
        const uint64_t level =
            (uint64_t)tracker->level[lead]
            << (AMPLITUDE_FRACTION_BITS - LEVEL_FRACTION_BITS - LEARN_FRACTION_BITS);

        sum.mains += (uint64_t)(in_phase * in_phase) + (uint64_t)(quadrature * quadrature);
        sum.level += level * level;
    }
    return sum;
}

static void steer(iso_mains_tracker *tracker, unsigned f, powers power) {
    const uint64_t least = (uint64_t)(LEAST_MICROVOLT * LEAST_MICROVOLT)
                           << (2 * AMPLITUDE_FRACTION_BITS);
    const uint64_t needed =
        power.level >> (tracker->present ? LOST_SQUARED_SHIFT : FOUND_SQUARED_SHIFT);

    tracker->present = power.mains > least && power.mains > needed;
    if (tracker->present) {
        /* rotation / power is half the angle for each sample, in LEARN against AMPLITUDE bits. */
        const uint64_t parts = (uint64_t)FREQUENCY_GAIN
                               << (1 + AMPLITUDE_FRACTION_BITS - LEARN_FRACTION_BITS);
        const int64_t turn = tracker->rotation / (int64_t)((power.mains + power.level) / parts);
        const int64_t off = (int64_t)tracker->step - nominal_step[f] + turn;
        const int64_t limit = ONE_HERTZ;

        tracker->step = (uint32_t)(nominal_step[f] + (off > limit    ? limit
                                                      : off < -limit ? -limit
                                                                     : off));
    } else {
        const int64_t off = (int64_t)tracker->step - nominal_step[f];

        tracker->step = (uint32_t)(tracker->step - off / 16);
    }
    tracker->rotation = 0;
}

static void judge(iso_mains *mains) {
    powers power[ISO_MAINS_FREQUENCIES];
    uint8_t stronger;

    for (unsigned f = 0; f < ISO_MAINS_FREQUENCIES; f++) {
        power[f] = powers_of(&mains->trackers[f]);
        steer(&mains->trackers[f], f, power[f]);
    }
    stronger = power[1].mains > power[0].mains ? 1 : 0;
    if (mains->share == 0 && mains->trackers[stronger].present) {
        mains->subtracted = stronger;
    }
}

/* What is subtracted fades in and out over FULL_SHARE samples: no step. */
static void fade(iso_mains *mains) {
    const iso_mains_tracker *mine = &mains->trackers[mains->subtracted];

    if (mine->present && mains->share < FULL_SHARE) {
        mains->share++;
    } else if (!mine->present && mains->share > 0) {
        mains->share--;
    }
}

static void subtract(const iso_mains *mains, int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    const unsigned f = mains->subtracted;
    const iso_mains_tracker *tracker = &mains->trackers[f];
    const int64_t off = (int64_t)tracker->step - nominal_step[f];
    const int32_t gain = inverse_gain[f] + (int32_t)(off * inverse_slope[f] / ONE_HERTZ);
    const int32_t cos = cosine(tracker->phase) * gain >> GAIN_FRACTION_BITS;
    const int32_t sin = sine(tracker->phase) * gain >> GAIN_FRACTION_BITS;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t part = estimate(tracker, lead, cos, sin) * mains->share;
        const int32_t whole = FULL_SHARE << LEARN_FRACTION_BITS;

        /* Whole is a power of two: a shift, rounding to the nearest. */
        microvolt[lead] -= (part + whole / 2) >> (6 + LEARN_FRACTION_BITS);
    }
}

void iso_mains_push(iso_mains *mains, int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    const unsigned oldest = mains->newest + 1u == ISO_MAINS_HISTORY ? 0 : mains->newest + 1u;
    const unsigned middle = (oldest + HALF_PERIOD) % ISO_MAINS_HISTORY;
    int32_t seen[ISO_INDEPENDENT_LEADS];

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        int32_t *history = mains->history[lead];

        seen[lead] = 2 * history[middle] - history[oldest] - microvolt[lead];
        history[oldest] = microvolt[lead];
    }
    mains->newest = (uint8_t)oldest;
    if (mains->filled == ISO_MAINS_HISTORY) {
        learn(mains, seen);
    } else {
        mains->filled++;
    }
    mains->samples_to_judgement--;
    if (mains->samples_to_judgement == 0) {
        mains->samples_to_judgement = JUDGEMENT_SAMPLES;
        judge(mains);
    }
    fade(mains);
    if (mains->share > 0) {
        subtract(mains, microvolt);
    }
    for (unsigned f = 0; f < ISO_MAINS_FREQUENCIES; f++) {
        mains->trackers[f].phase += mains->trackers[f].step;
    }
}

void iso_mains_gap(iso_mains *mains, uint32_t missing_samples) {
    if (missing_samples == 0) {
        return;
    }
    mains->filled = 0;
    if (missing_samples > ISO_MAINS_COHERENT_SAMPLES) {
        mains->learnt = 0;
    }
    for (unsigned f = 0; f < ISO_MAINS_FREQUENCIES; f++) {
        mains->trackers[f].phase += missing_samples * mains->trackers[f].step;
    }
}

iso_mains_found iso_mains_state(const iso_mains *mains) {
    if (!mains->trackers[mains->subtracted].present) {
        return ISO_MAINS_NONE;
    }
    return mains->subtracted == 0 ? ISO_MAINS_50_HZ : ISO_MAINS_60_HZ;
}

uint32_t iso_mains_millihertz(const iso_mains *mains) {
    const uint64_t step = mains->trackers[mains->subtracted].step;

    return iso_mains_state(mains) == ISO_MAINS_NONE
               ? 0
               : (uint32_t)((step * SAMPLE_RATE_HZ * 1000u + (1u << 31)) >> 32);
}

uint32_t iso_mains_amplitude(const iso_mains *mains, unsigned lead) {
    const iso_mains_tracker *tracker = &mains->trackers[mains->subtracted];
    const int64_t in_phase = tracker->in_phase[lead];
    const int64_t quadrature = tracker->quadrature[lead];
    const uint64_t squared = (uint64_t)(in_phase * in_phase + quadrature * quadrature);

    if (iso_mains_state(mains) == ISO_MAINS_NONE) {
        return 0;
    }
    return (uint32_t)(((uint64_t)iso_square_root(squared) *
                       (uint32_t)inverse_gain[mains->subtracted]) >>
                      (AMPLITUDE_FRACTION_BITS + GAIN_FRACTION_BITS));
}

#include "iso_qrs.h"

#include <string.h>

/* All lengths in chain samples of 10 ms. */
#define MILLISECONDS_PER_SAMPLE 10
#define RING_MASK (ISO_QRS_HISTORY - 1)
/* 90 ms: about a QRS; Pan and Tompkins used 150 ms for a single lead. Odd, so that its centre is a
 * sample. */
#define INTEGRATION 9
/* A peak is the largest within 180 ms to either side: that is the refractory time as well, short
 * enough for 300 beats a minute. */
#define PEAK_REACH 18
/* Before one of twice its energy within 240 ms it is the P wave. */
#define P_WAVE_REACH 24
#define P_WAVE_SHARE 2
/* The moments whose slopes make up one integrated value end one sample before it (central
 * difference). */
#define MARK_REACH (INTEGRATION + 1)
#define LEARNING 200
#define T_WAVE_REACH 36
/* Search back when the beat is late by two thirds of the mean RR (Pan and Tompkins: 166 %). */
#define LATE_NUMERATOR 5
#define LATE_DENOMINATOR 3
/* So that a P wave is not taken for the late beat whose QRS is only just being judged. */
#define SEARCH_BACK_AGE 45
/* A beat searched for is this many times the unrest between beats. */
#define SEARCH_BACK_OVER_BACKGROUND 3
/* Without a beat this long the signal level halves about each second, so that one artefact cannot
 * deafen the detector. */
#define SILENCE 200
#define SILENCE_DECAY_SHIFT 7
/*
 * No beat below this for each lead that carries a signal: 50 microvolt rise and fall give 4 * 50.
 * It keeps front-end noise from being read as a rhythm in asystole.
 */
#define MINIMUM_ENERGY_PER_LEAD 200
/* A lead without any change for this long is off or shorted. */
#define STILL 100
/* A T wave may be as steep as a wide QRS, but turns more slowly. */
#define T_WAVE_BEND 3
/* As smooth as this against the beat before, it is none (a late T, a P, a U) up to a second after
 * that beat; then it may be a rhythm that has changed. */
#define SMOOTH_BEND 8
#define SMOOTH_REACH 100
#define KEEP_LEVELS_MAX_MISSING (10 * ISO_CHAIN_INPUT_HZ)

static uint32_t distance(int32_t a, int32_t b) {
    return (uint32_t)(a > b ? a - b : b - a);
}

static uint32_t largest(const uint32_t *ring, uint32_t first, uint32_t last) {
    uint32_t best = 0;

    for (uint32_t at = first; at <= last; at++) {
        if (ring[at & RING_MASK] > best) {
            best = ring[at & RING_MASK];
        }
    }
    return best;
}

static uint32_t move_toward(uint32_t level, uint32_t value, unsigned shift) {
    return value > level ? level + ((value - level) >> shift) : level - ((level - value) >> shift);
}

static uint32_t minimum_energy(const iso_qrs *qrs) {
    uint32_t moving = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        moving += qrs->still[lead] < STILL ? 1U : 0U;
    }
    return MINIMUM_ENERGY_PER_LEAD * (moving > 0 ? moving : 1U);
}

/* Median slope against that of a beat: 0 in a quiet signal, near 100 in mere noise. */
static uint32_t noise_percent(const iso_qrs *qrs) {
    const uint32_t background = qrs->background * INTEGRATION / 16U;

    if (qrs->signal_level == 0 || background >= 2 * qrs->signal_level) {
        return background == 0 ? 0 : 200;
    }
    return (uint32_t)((uint64_t)background * 100U / qrs->signal_level);
}

/* A running median: up and down by the same share, faster while the levels are learned. */
static void follow_background(iso_qrs *qrs, uint32_t slope) {
    const uint32_t step = (qrs->background >> (qrs->learned ? 6 : 4)) + 1U;

    if (slope * 16U > qrs->background) {
        qrs->background += step;
    } else {
        qrs->background -= step < qrs->background ? step : qrs->background;
    }
}

/* Eighths of the way from noise to signal: the more unrest, the nearer to the signal. */
static uint32_t threshold_eighths(const iso_qrs *qrs) {
    const uint32_t noise = noise_percent(qrs);

    return noise > 25 ? 5 : noise > 12 ? 4 : 3;
}

static uint32_t threshold(const iso_qrs *qrs) {
    const uint32_t minimum = minimum_energy(qrs);
    const uint32_t adaptive = qrs->signal_level > qrs->noise_level
                                  ? qrs->noise_level + (qrs->signal_level - qrs->noise_level) *
                                                           threshold_eighths(qrs) / 8U
                                  : qrs->noise_level;

    return adaptive > minimum ? adaptive : minimum;
}

static void start_run(iso_qrs *qrs, uint32_t origin_index) {
    memset(qrs->slope, 0, sizeof qrs->slope);
    memset(qrs->bend, 0, sizeof qrs->bend);
    memset(qrs->magnitude, 0, sizeof qrs->magnitude);
    memset(qrs->still, 0, sizeof qrs->still);
    memset(qrs->energy, 0, sizeof qrs->energy);
    qrs->origin_index = origin_index;
    qrs->expected_index = origin_index;
    qrs->count = 0;
    qrs->queue_head = 0;
    qrs->queue_length = 0;
    qrs->passed_over.energy = 0;
    qrs->has_beat = false;
    qrs->last_mark = 0;
    qrs->last_max_slope = 0;
    qrs->last_max_bend = 0;
    qrs->rr_next = 0;
    qrs->rr_count = 0;
}

void iso_qrs_init(iso_qrs *qrs) {
    memset(qrs, 0, sizeof *qrs);
}

void iso_qrs_gap(iso_qrs *qrs, uint32_t missing_samples) {
    if (missing_samples > KEEP_LEVELS_MAX_MISSING) {
        qrs->learned = false;
    }
    start_run(qrs, 0);
}

/* Takes the sample into the rings, at position qrs->count. */
static void take(iso_qrs *qrs, const int16_t microvolt[ISO_INDEPENDENT_LEADS]) {
    const uint32_t now = qrs->count;
    int16_t *before_last = qrs->previous[now & 1U];
    const int16_t *last = qrs->previous[(now - 1U) & 1U];
    uint32_t slope = 0;
    uint32_t bend = 0;
    uint32_t magnitude = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t value = microvolt[lead];

        if (now >= 2) {
            slope += distance(value, before_last[lead]);
            bend += distance(value + before_last[lead], 2 * last[lead]);
        }
        if (now >= 1 && value != last[lead]) {
            qrs->still[lead] = 0;
        } else if (qrs->still[lead] < STILL) {
            qrs->still[lead]++;
        }
        magnitude += (uint32_t)(value * value) / ISO_INDEPENDENT_LEADS;
        before_last[lead] = microvolt[lead];
    }
    qrs->slope[now & RING_MASK] = slope;
    qrs->bend[now & RING_MASK] = bend;
    follow_background(qrs, slope);
    qrs->magnitude[now & RING_MASK] = magnitude;
    /* Slots not written in this run are zero, so the sum is right from the first sample on. */
    qrs->energy[now & RING_MASK] =
        qrs->energy[(now - 1U) & RING_MASK] + slope - qrs->slope[(now - INTEGRATION) & RING_MASK];
}

/* Where the lead vector is longest among the moments first..last. */
static uint32_t find_mark(const iso_qrs *qrs, uint32_t first, uint32_t last) {
    uint32_t mark = first;

    for (uint32_t at = first + 1; at <= last; at++) {
        if (qrs->magnitude[at & RING_MASK] > qrs->magnitude[mark & RING_MASK]) {
            mark = at;
        }
    }
    return mark;
}

/* Queues the moment P_WAVE_REACH ago if its integrated slope is the largest around. */
static void queue_peak(iso_qrs *qrs) {
    const uint32_t now = qrs->count;
    iso_qrs_peak *peak;
    uint32_t at, energy, first;

    if (now < P_WAVE_REACH) {
        return;
    }
    at = now - P_WAVE_REACH;
    energy = qrs->energy[at & RING_MASK];
    first = at < PEAK_REACH ? 0 : at - PEAK_REACH;
    /* Of equal values the first is the peak. */
    if (energy == 0 || energy < largest(qrs->energy, at + 1, at + PEAK_REACH) ||
        energy < largest(qrs->energy, at + PEAK_REACH + 1, now) / P_WAVE_SHARE ||
        (at > 0 && energy <= largest(qrs->energy, first, at - 1)) ||
        qrs->queue_length == ISO_QRS_QUEUE) {
        return;
    }
    peak = &qrs->queue[(qrs->queue_head + qrs->queue_length) % ISO_QRS_QUEUE];
    peak->energy = energy;
    peak->mark = find_mark(qrs, at < MARK_REACH ? 0 : at - MARK_REACH, at);
    first = at < INTEGRATION ? 0 : at - INTEGRATION + 1;
    peak->max_slope = largest(qrs->slope, first, at);
    peak->max_bend = largest(qrs->bend, first, at);
    qrs->queue_length++;
}

/* First levels: the signal from the largest peaks, the noise from the smallest. */
static void learn(iso_qrs *qrs) {
    uint32_t most = 0;
    uint32_t second = 0;
    uint32_t least = UINT32_MAX;

    for (unsigned i = 0; i < qrs->queue_length; i++) {
        const uint32_t energy = qrs->queue[(qrs->queue_head + i) % ISO_QRS_QUEUE].energy;

        if (energy > most) {
            second = most;
            most = energy;
        } else if (energy > second) {
            second = energy;
        }
        if (energy < least) {
            least = energy;
        }
    }
    /* The second largest guards against one artefact; at a slow rhythm it is a T wave, hence the
     * half of the largest. */
    qrs->signal_level = second > most / 2 ? second : most / 2;
    qrs->noise_level = qrs->queue_length == 0 ? 0 : least / 2;
    qrs->learned = true;
}

static uint32_t mean_rr(const iso_qrs *qrs) {
    uint32_t sum = 0;

    for (unsigned i = 0; i < qrs->rr_count; i++) {
        sum += qrs->rr[i];
    }
    return qrs->rr_count == 0 ? 0 : sum / qrs->rr_count;
}

static void accept(iso_qrs *qrs, const iso_qrs_peak *peak, iso_beat *out) {
    out->sample_index = qrs->origin_index + peak->mark * ISO_CHAIN_FACTOR;
    out->rr_ms = 0;
    out->noise_percent = (uint8_t)noise_percent(qrs);
    if (qrs->has_beat) {
        const uint32_t rr = peak->mark - qrs->last_mark;
        const uint32_t limit = UINT16_MAX / MILLISECONDS_PER_SAMPLE;

        qrs->rr[qrs->rr_next] = (uint16_t)(rr < limit ? rr : limit);
        out->rr_ms = (uint16_t)(qrs->rr[qrs->rr_next] * MILLISECONDS_PER_SAMPLE);
        qrs->rr_next = (uint8_t)((qrs->rr_next + 1U) % ISO_QRS_RR_COUNT);
        if (qrs->rr_count < ISO_QRS_RR_COUNT) {
            qrs->rr_count++;
        }
    }
    qrs->has_beat = true;
    qrs->last_mark = peak->mark;
    qrs->last_max_slope = peak->max_slope;
    qrs->last_max_bend = peak->max_bend;
    qrs->passed_over.energy = 0;
}

/* A wave that follows a beat and is none: the T wave, or one too smooth. */
static bool is_after_wave(const iso_qrs *qrs, const iso_qrs_peak *peak) {
    const uint32_t since = peak->mark - qrs->last_mark;

    if (!qrs->has_beat) {
        return false;
    }
    if (since < T_WAVE_REACH && (peak->max_slope < qrs->last_max_slope / 2 ||
                                 peak->max_bend < qrs->last_max_bend / T_WAVE_BEND)) {
        return true;
    }
    return since < SMOOTH_REACH && peak->max_bend < qrs->last_max_bend / SMOOTH_BEND;
}

static bool judge(iso_qrs *qrs, const iso_qrs_peak *peak, iso_beat *out) {
    if (peak->energy >= threshold(qrs) && !is_after_wave(qrs, peak)) {
        qrs->signal_level = move_toward(qrs->signal_level, peak->energy, 3);
        accept(qrs, peak, out);
        return true;
    }
    qrs->noise_level = move_toward(qrs->noise_level, peak->energy, 3);
    if (peak->energy > qrs->passed_over.energy && !is_after_wave(qrs, peak)) {
        qrs->passed_over = *peak;
    }
    return false;
}

static bool search_back(iso_qrs *qrs, iso_beat *out) {
    const uint32_t rr = mean_rr(qrs);
    const uint32_t waited = qrs->count - qrs->last_mark;
    const iso_qrs_peak found = qrs->passed_over;

    if (waited > SILENCE) {
        qrs->signal_level -= qrs->signal_level >> SILENCE_DECAY_SHIFT;
    }
    if (rr == 0 || qrs->count - found.mark < SEARCH_BACK_AGE ||
        waited * LATE_DENOMINATOR < rr * LATE_NUMERATOR || found.energy < minimum_energy(qrs) ||
        found.energy < threshold(qrs) / 3 ||
        found.energy < SEARCH_BACK_OVER_BACKGROUND * (qrs->background * INTEGRATION / 16U)) {
        return false;
    }
    qrs->signal_level = move_toward(qrs->signal_level, found.energy, 2);
    accept(qrs, &found, out);
    return true;
}

bool iso_qrs_push(iso_qrs *qrs, const iso_chain_sample *sample, iso_beat *out) {
    bool beat = false;

    if (qrs->count == 0) {
        start_run(qrs, sample->sample_index);
    } else if (sample->sample_index != qrs->expected_index) {
        iso_qrs_gap(qrs, sample->sample_index - qrs->expected_index);
        start_run(qrs, sample->sample_index);
    }
    qrs->expected_index = sample->sample_index + ISO_CHAIN_FACTOR;

    take(qrs, sample->microvolt);
    queue_peak(qrs);
    qrs->count++;

    if (!qrs->learned && qrs->count >= LEARNING) {
        learn(qrs);
    }
    if (qrs->learned) {
        if (qrs->queue_length > 0) {
            const iso_qrs_peak peak = qrs->queue[qrs->queue_head];

            qrs->queue_head = (uint8_t)((qrs->queue_head + 1U) % ISO_QRS_QUEUE);
            qrs->queue_length--;
            beat = judge(qrs, &peak, out);
        } else {
            beat = search_back(qrs, out);
        }
    }
    return beat;
}

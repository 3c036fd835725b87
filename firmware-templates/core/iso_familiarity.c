#include "iso_familiarity.h"

#define LEADS ISO_INDEPENDENT_LEADS
#define FEATURE_FRACTION_BITS 12
/* Standardised features carry 8 bits: the gain's 20 less the features' 12. */
#define GAIN_SHIFT 12
#define DIRECTION_FRACTION_BITS 7
#define FORGIVEN_SHIFT 8
#define LOG_FRACTION_BITS 8
#define MANTISSA_BITS 31

int32_t iso_log2_256ths(uint64_t value) {
    if (value == 0) {
        return 0;
    }
    int32_t whole = 63;
    while ((value >> whole) == 0) {
        whole--;
    }
    uint64_t mantissa = whole >= MANTISSA_BITS ? value >> (whole - MANTISSA_BITS)
                                               : value << (MANTISSA_BITS - whole);
    int32_t fraction = 0;

    /* Squaring doubles the logarithm: its next binary digit is whether 2 is reached. */
    for (unsigned bit = 0; bit < LOG_FRACTION_BITS; bit++) {
        mantissa = (mantissa * mantissa) >> MANTISSA_BITS;
        const uint64_t reached = mantissa >> (MANTISSA_BITS + 1);

        mantissa >>= reached;
        fraction = 2 * fraction + (int32_t)reached;
    }
    return (whole << LOG_FRACTION_BITS) + fraction;
}

static int32_t held(int32_t value, int32_t limit) {
    return value > limit ? limit : value < -limit ? -limit : value;
}

/* Squared, 16 fraction bits. */
static uint64_t distance(const iso_familiarity *trained, const int32_t *features) {
    int16_t standard[ISO_REVERSAL_FEATURES];
    int64_t sum = 0;

    for (unsigned i = 0; i < ISO_REVERSAL_FEATURES; i++) {
        const int32_t away = held(features[i], INT16_MAX) - trained->mean[i];

        standard[i] =
            (int16_t)held((int32_t)(((int64_t)away * trained->gain[i]) >> GAIN_SHIFT), INT16_MAX);
        sum += (int64_t)standard[i] * standard[i];
    }
    for (unsigned k = 0; k < trained->direction_count; k++) {
        const int8_t *direction = &trained->directions[k * ISO_REVERSAL_FEATURES];
        int32_t along = 0;

        for (unsigned i = 0; i < ISO_REVERSAL_FEATURES; i++) {
            along += (int32_t)direction[i] * standard[i];
        }
        along >>= DIRECTION_FRACTION_BITS;
        sum -= ((int64_t)along * along * trained->forgiven[k]) >> FORGIVEN_SHIFT;
    }
    return sum < 0 ? 0 : (uint64_t)sum;
}

static void measure(const int16_t *microvolt, uint32_t samples, const int32_t *features,
                    int32_t measures[ISO_FAMILIARITY_MEASURES]) {
    uint64_t squares[3] = {0, 0, 0};
    int32_t alikeness = 0;

    for (uint32_t at = 0; at < samples * LEADS; at++) {
        const int32_t value = microvolt[at];
        const int32_t before = at >= LEADS ? microvolt[at - LEADS] : 0;
        const int32_t slope = value - before;

        squares[0] += (uint64_t)((int64_t)value * value);
        if (at >= LEADS) {
            squares[1] += (uint64_t)((int64_t)slope * slope);
        }
        if (at >= 2 * LEADS) {
            const int32_t bend = slope - (before - microvolt[at - 2 * LEADS]);

            squares[2] += (uint64_t)((int64_t)bend * bend);
        }
    }
    for (unsigned pair = 0; pair < ISO_REVERSAL_PAIRS; pair++) {
        alikeness += (features[pair] * features[pair]) >> FEATURE_FRACTION_BITS;
    }
    const int32_t level = iso_log2_256ths(squares[0] + 1);
    const int32_t slope = iso_log2_256ths(squares[1] + 1);

    measures[ISO_FAMILIARITY_POWER] = level - iso_log2_256ths((uint64_t)samples * LEADS);
    measures[ISO_FAMILIARITY_SLOPE] = slope - level;
    measures[ISO_FAMILIARITY_BEND] = iso_log2_256ths(squares[2] + 1) - slope;
    measures[ISO_FAMILIARITY_ALIKENESS] = alikeness / (int32_t)ISO_REVERSAL_PAIRS;
}

uint32_t iso_unfamiliarity(const iso_familiarity *trained, const int16_t *microvolt,
                           uint32_t samples, const int32_t features[ISO_REVERSAL_FEATURES]) {
    int32_t measures[ISO_FAMILIARITY_MEASURES];
    uint64_t most = distance(trained, features) * ISO_UNFAMILIARITY_ONE / trained->limit;

    measure(microvolt, samples, features, measures);
    for (unsigned i = 0; i < ISO_FAMILIARITY_MEASURES; i++) {
        const int32_t away = measures[i] - trained->middle[i];
        const uint64_t share = (uint64_t)(away < 0 ? -away : away) * ISO_UNFAMILIARITY_ONE /
                               (uint64_t)trained->half_width[i];

        most = share > most ? share : most;
    }
    return most > ISO_UNFAMILIARITY_MOST ? ISO_UNFAMILIARITY_MOST : (uint32_t)most;
}

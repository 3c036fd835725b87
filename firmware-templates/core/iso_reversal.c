#include "iso_reversal.h"

#include "iso_integer.h"

#define LEADS ISO_INDEPENDENT_LEADS
#define FEWEST_SAMPLES 50
#define FEATURE_FRACTION_BITS 12
/* Sums of squares carry these before their root is taken. */
#define POWER_FRACTION_BITS 6
/* A lead below 5 microvolt root mean square has no signal to judge by. */
#define LEAST_SQUARE 25

typedef struct {
    int64_t sum[LEADS];
    int64_t products[LEADS][LEADS]; /* row <= column */
} moments;

static void add(moments *of, const int32_t values[LEADS]) {
    for (unsigned row = 0; row < LEADS; row++) {
        of->sum[row] += values[row];
        for (unsigned column = row; column < LEADS; column++) {
            of->products[row][column] += (int64_t)values[row] * values[column];
        }
    }
}

/* Correlations and shares; false when a lead has no signal. */
static bool describe(moments *of, uint32_t count, int64_t least_square, int32_t *features) {
    uint32_t root[LEADS];
    uint64_t squares = 0;
    unsigned next = 0;

    for (unsigned row = 0; row < LEADS; row++) {
        for (unsigned column = row; column < LEADS; column++) {
            of->products[row][column] -= of->sum[row] * of->sum[column] / (int64_t)count;
        }
    }
    for (unsigned lead = 0; lead < LEADS; lead++) {
        const uint64_t power = (uint64_t)of->products[lead][lead];

        if (of->products[lead][lead] < least_square * (int64_t)count) {
            return false;
        }
        root[lead] = iso_square_root(power << POWER_FRACTION_BITS);
        squares += power;
    }
    for (unsigned row = 0; row < LEADS; row++) {
        for (unsigned column = row + 1; column < LEADS; column++) {
            const int64_t scaled = of->products[row][column] *
                                   ((int64_t)1 << (POWER_FRACTION_BITS + FEATURE_FRACTION_BITS));

            features[next++] = (int32_t)(scaled / ((int64_t)root[row] * root[column]));
        }
    }

    const uint32_t mean = iso_square_root((squares << POWER_FRACTION_BITS) / LEADS);

    for (unsigned lead = 0; lead < LEADS; lead++) {
        features[next++] =
            (int32_t)(((uint64_t)root[lead] << FEATURE_FRACTION_BITS) / (mean == 0 ? 1 : mean));
    }
    return true;
}

bool iso_reversal_features(const int16_t *microvolt, uint32_t samples,
                           int32_t features[ISO_REVERSAL_FEATURES]) {
    moments level = {{0}, {{0}}};
    moments slope = {{0}, {{0}}};
    int32_t values[LEADS];
    int32_t before[LEADS] = {0};

    if (samples < FEWEST_SAMPLES || samples > ISO_REVERSAL_MOST_SAMPLES) {
        return false;
    }
    for (uint32_t t = 0; t < samples; t++) {
        int32_t change[LEADS];

        for (unsigned lead = 0; lead < LEADS; lead++) {
            values[lead] = microvolt[t * LEADS + lead];
            change[lead] = values[lead] - before[lead];
            before[lead] = values[lead];
        }
        add(&level, values);
        if (t > 0) {
            add(&slope, change);
        }
    }
    return describe(&level, samples, LEAST_SQUARE, features) &&
           describe(&slope, samples - 1, 1, features + ISO_REVERSAL_FEATURES / 2);
}

static iso_reversal likeliest(const iso_reversal_result *result, unsigned first, unsigned end) {
    iso_reversal best = ISO_REVERSAL_NONE;

    for (unsigned i = first; i < end; i++) {
        if (result->scores[i] > 0 &&
            (best == ISO_REVERSAL_NONE || result->scores[i] > result->scores[best])) {
            best = (iso_reversal)i;
        }
    }
    return best;
}

void iso_reversal_judge(const int32_t features[ISO_REVERSAL_FEATURES], iso_reversal_result *out) {
    for (unsigned i = 0; i < ISO_REVERSALS; i++) {
        int64_t score = iso_reversal_bias[i];

        for (unsigned feature = 0; feature < ISO_REVERSAL_FEATURES; feature++) {
            score += (int64_t)iso_reversal_weights[i][feature] * features[feature];
        }
        out->scores[i] = (int32_t)(score >> FEATURE_FRACTION_BITS);
    }
    out->limb = likeliest(out, 0, ISO_REVERSAL_FIRST_OF_CHEST);
    out->chest = likeliest(out, ISO_REVERSAL_FIRST_OF_CHEST, ISO_REVERSALS);
}

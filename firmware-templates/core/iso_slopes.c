#include "iso_slopes.h"

#include <string.h>

/* The difference of sums that is the slope c: 16 sums' steps are 1 microvolt a millisecond on the
 * fine scale, 120 on the coarse one. */
#define FINE_LOG2_KNEE 4
#define COARSE_LOG2_KNEE 5
#define STEPS_LOG2 3

static unsigned log2_floor(uint32_t value) {
    unsigned log2 = 0;

    for (unsigned half = 16; half > 0; half /= 2) {
        if (value >> half != 0) {
            value >>= half;
            log2 += half;
        }
    }
    return log2;
}

static int8_t code_of(int32_t slope, unsigned log2_knee) {
    const uint32_t value = (uint32_t)(slope < 0 ? -slope : slope) + (1U << log2_knee);
    const unsigned octave = log2_floor(value);
    /* value / 2^octave lies in [1, 2): its fraction stands for the fraction of the octave. */
    const uint32_t mantissa = (value << STEPS_LOG2) >> octave;
    const int32_t code =
        (int32_t)(((octave - log2_knee) << STEPS_LOG2) + mantissa) - (1 << STEPS_LOG2);

    return (int8_t)(slope < 0 ? -code : code);
}

static int32_t fine_at(const int16_t *at) {
    return at[0] + at[1] - at[-1] - at[-2];
}

static int32_t coarse_at(const int16_t *at) {
    int32_t sum = 0;

    for (int j = 1; j <= ISO_SLOPE_REACH; j++) {
        sum += at[j] - at[-j];
    }
    return sum;
}

static int32_t slope_at(const int16_t *at, iso_slope_scale scale) {
    return scale == ISO_SLOPE_FINE ? fine_at(at) : coarse_at(at);
}

static unsigned log2_knee(iso_slope_scale scale) {
    return scale == ISO_SLOPE_FINE ? FINE_LOG2_KNEE : COARSE_LOG2_KNEE;
}

int8_t iso_slope_of_lead(const int16_t *slot, iso_slope_scale scale) {
    return code_of(slope_at(slot, scale), log2_knee(scale));
}

int8_t iso_slope_of_all(const iso_segment *segment, unsigned slot, iso_slope_scale scale) {
    int32_t sum = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t slope = slope_at(&segment->microvolt[lead][slot], scale);

        sum += slope < 0 ? -slope : slope;
    }
    return code_of(sum / ISO_INDEPENDENT_LEADS, log2_knee(scale));
}

/* Where a lead stands among the independent ones; -1 when it is derived. */
static const int8_t independent_of[ISO_TWELVE_LEADS] = {ISO_INDEPENDENT_I,
                                                        ISO_INDEPENDENT_II,
                                                        -1,
                                                        -1,
                                                        -1,
                                                        -1,
                                                        ISO_INDEPENDENT_V1,
                                                        ISO_INDEPENDENT_V2,
                                                        ISO_INDEPENDENT_V3,
                                                        ISO_INDEPENDENT_V4,
                                                        ISO_INDEPENDENT_V5,
                                                        ISO_INDEPENDENT_V6};

void iso_slopes_lead(const iso_segment *segment, unsigned lead, int16_t out[ISO_SEGMENT_SLOTS]) {
    if (independent_of[lead] >= 0) {
        memcpy(out, segment->microvolt[independent_of[lead]], sizeof segment->microvolt[0]);
        return;
    }
    for (unsigned s = 0; s < ISO_SEGMENT_SLOTS; s++) {
        int16_t eight[ISO_INDEPENDENT_LEADS];
        int32_t twelve[ISO_TWELVE_LEADS];

        for (unsigned k = 0; k < ISO_INDEPENDENT_LEADS; k++) {
            eight[k] = segment->microvolt[k][s];
        }
        iso_leads_twelve(eight, twelve);
        out[s] = (int16_t)(twelve[lead] > INT16_MAX   ? INT16_MAX
                           : twelve[lead] < INT16_MIN ? INT16_MIN
                                                      : twelve[lead]);
    }
}

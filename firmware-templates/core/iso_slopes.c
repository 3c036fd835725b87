#include "iso_slopes.h"

#define FINE_REACH 2
#define COARSE_REACH 5
/* The difference of sums that is the slope c: 16 sums' steps are 1 microvolt a millisecond on the
 * fine scale, 120 on the coarse one. */
#define FINE_LOG2_KNEE 4
#define COARSE_LOG2_KNEE 5
#define STEPS_LOG2 3

static unsigned log2_floor(uint32_t value) {
    unsigned log2 = 0;

    while (value >>= 1) {
        log2++;
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

    for (int j = 1; j <= COARSE_REACH; j++) {
        sum += at[j] - at[-j];
    }
    return sum;
}

static bool has_slope(unsigned slot, unsigned reach) {
    return slot >= reach && slot + reach < ISO_SEGMENT_SLOTS;
}

void iso_slopes_of_lead(const int16_t microvolt[ISO_SEGMENT_SLOTS], iso_slope_scale scale,
                        int8_t code[ISO_SEGMENT_SLOTS]) {
    const bool fine = scale == ISO_SLOPE_FINE;
    const unsigned reach = fine ? FINE_REACH : COARSE_REACH;

    for (unsigned s = 0; s < ISO_SEGMENT_SLOTS; s++) {
        code[s] = !has_slope(s, reach) ? 0
                  : fine               ? code_of(fine_at(&microvolt[s]), FINE_LOG2_KNEE)
                                       : code_of(coarse_at(&microvolt[s]), COARSE_LOG2_KNEE);
    }
}

void iso_slopes_of_all(const iso_segment *segment, iso_slope_scale scale,
                       int8_t code[ISO_SEGMENT_SLOTS]) {
    const bool fine = scale == ISO_SLOPE_FINE;
    const unsigned reach = fine ? FINE_REACH : COARSE_REACH;

    for (unsigned s = 0; s < ISO_SEGMENT_SLOTS; s++) {
        int32_t sum = 0;

        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS && has_slope(s, reach); lead++) {
            const int16_t *at = &segment->microvolt[lead][s];
            const int32_t slope = fine ? fine_at(at) : coarse_at(at);

            sum += slope < 0 ? -slope : slope;
        }
        code[s] = code_of(sum / ISO_INDEPENDENT_LEADS, fine ? FINE_LOG2_KNEE : COARSE_LOG2_KNEE);
    }
}

void iso_slopes_lead(const iso_segment *segment, unsigned lead, int16_t out[ISO_SEGMENT_SLOTS]) {
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

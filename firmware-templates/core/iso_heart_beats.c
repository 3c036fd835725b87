/* Which beats count, and their mean around R. */
#include "iso_heart_parts.h"

/* 3/8 of the RR interval belong to the coming beat: what 0.3 s before R are of a cycle of 0.8 s. */
#define EIGHTHS_BEFORE_R 3

/* Upper median of the positive intervals; `sorted` is working memory. One beat's length when there
 * are none. */
static int32_t median_rr(const uint16_t *r_index, uint32_t marks, uint16_t *sorted) {
    uint32_t count = 0;
    for (uint32_t i = 1; i < marks; i++) {
        if (r_index[i] <= r_index[i - 1]) {
            continue;
        }
        const uint16_t rr = (uint16_t)(r_index[i] - r_index[i - 1]);
        uint32_t at = count++;
        for (; at > 0 && sorted[at - 1] > rr; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = rr;
    }
    return count == 0 ? ISO_HEART_BEAT_SAMPLES : sorted[count / 2];
}

uint8_t iso_heart_select_beats(const iso_heart_input *in, iso_heart_scratch *scratch) {
    const uint32_t marks =
        in->beat_count < ISO_HEART_MAX_BEATS ? in->beat_count : ISO_HEART_MAX_BEATS;
    const int32_t rr = median_rr(in->r_index, marks, scratch->first);
    const int32_t share = rr * EIGHTHS_BEFORE_R / 8;
    const int32_t before = share < ISO_HEART_BEAT_R ? share : ISO_HEART_BEAT_R;
    const int32_t room = ISO_HEART_BEAT_SAMPLES - ISO_HEART_BEAT_R;
    const int32_t after = rr - before < room ? rr - before : room;
    scratch->range_begin = (uint8_t)(ISO_HEART_BEAT_R - before);
    scratch->range_end = (uint8_t)(ISO_HEART_BEAT_R + after);

    uint8_t count = 0;
    for (uint32_t i = 0; i < marks; i++) {
        const int32_t first = (int32_t)in->r_index[i] - ISO_HEART_BEAT_R;
        if (first >= 0 && first + ISO_HEART_BEAT_SAMPLES <= ISO_HEART_WINDOW_SAMPLES) {
            scratch->first[count++] = (uint16_t)first;
        }
    }
    return count;
}

void iso_heart_mean_beat(const iso_heart_input *in, const iso_heart_scratch *scratch,
                         uint8_t beat_count,
                         int16_t mean_microvolt[ISO_HEART_LEADS][ISO_HEART_BEAT_SAMPLES]) {
    for (uint32_t t = 0; t < ISO_HEART_BEAT_SAMPLES; t++) {
        for (uint32_t lead = 0; lead < ISO_HEART_LEADS; lead++) {
            int32_t sum = 0;
            for (uint32_t beat = 0; beat < beat_count; beat++) {
                sum += in->microvolt[(scratch->first[beat] + t) * ISO_HEART_LEADS + lead];
            }
            /* Halves away from zero. */
            const int32_t absolute = sum < 0 ? -sum : sum;
            const int32_t rounded = (2 * absolute + beat_count) / (2 * beat_count);
            mean_microvolt[lead][t] = (int16_t)(sum < 0 ? -rounded : rounded);
        }
    }
}

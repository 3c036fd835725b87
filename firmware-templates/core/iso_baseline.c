#include "iso_baseline.h"

#define RING_MASK (ISO_BASELINE_SECOND_LENGTH - 1)
#define AVERAGE_SHIFT 13 /* 64 * 128 */

static int16_t saturate16(int32_t value) {
    if (value > INT16_MAX) {
        return INT16_MAX;
    }
    return value < INT16_MIN ? INT16_MIN : (int16_t)value;
}

void iso_baseline_prime(iso_baseline *baseline, const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t first_sum = microvolt[lead] * ISO_BASELINE_FIRST_LENGTH;

        for (unsigned slot = 0; slot < ISO_BASELINE_SECOND_LENGTH; slot++) {
            baseline->input[slot][lead] = microvolt[lead];
            baseline->first_sums[slot][lead] = first_sum;
        }
        baseline->first_sum[lead] = first_sum;
        baseline->second_sum[lead] = (int64_t)first_sum * ISO_BASELINE_SECOND_LENGTH;
    }
    baseline->next = 0;
}

void iso_baseline_push(iso_baseline *baseline, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                       int16_t out[ISO_INDEPENDENT_LEADS]) {
    const unsigned now = baseline->next;
    const unsigned leaving = (now - ISO_BASELINE_FIRST_LENGTH) & RING_MASK;
    const unsigned delayed = (now - ISO_BASELINE_DELAY_SAMPLES) & RING_MASK;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t first_sum =
            baseline->first_sum[lead] + microvolt[lead] - baseline->input[leaving][lead];
        /* Slot `now` still holds the first sum of 128 samples ago. */
        const int64_t second_sum =
            baseline->second_sum[lead] + first_sum - baseline->first_sums[now][lead];
        const int32_t average =
            (int32_t)((second_sum + ((int64_t)1 << (AVERAGE_SHIFT - 1))) >> AVERAGE_SHIFT);

        baseline->input[now][lead] = microvolt[lead];
        baseline->first_sums[now][lead] = first_sum;
        baseline->first_sum[lead] = first_sum;
        baseline->second_sum[lead] = second_sum;
        out[lead] = saturate16(baseline->input[delayed][lead] - average);
    }
    baseline->next = (uint8_t)((now + 1) & RING_MASK);
}

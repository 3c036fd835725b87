#include "iso_quality.h"

#include <string.h>

/* Microvolt, peak to peak in a block: below, nothing is connected or the input is shorted. */
#define FLAT_BLOCK 20
/* The same over ten seconds; the smallest acceptable lead of the challenge's records has 250. */
#define FLAT_WINDOW 200
/* Peak to peak in a block: no ventricle gives 8 mV on the skin, a moving electrode does. */
#define RANGE_BLOCK 8000
/* Between the means of neighbouring blocks. */
#define JUMP 1500
#define BAD_BLOCKS 3
/* Between the means of any two blocks: 30 mm of paper. */
#define WANDER 3000

void iso_quality_init(iso_quality *quality) {
    memset(quality, 0, sizeof *quality);
}

void iso_quality_gap(iso_quality *quality, uint32_t missing_samples) {
    if (missing_samples > 0) {
        quality->filled = 0;
        quality->count = 0;
    }
}

bool iso_quality_push(iso_quality *quality, const iso_signal_sample *sample) {
    iso_quality_block *block;

    if (sample->sample_index != quality->expected_index) {
        iso_quality_gap(quality, 1);
    }
    quality->expected_index = sample->sample_index + 1U;
    block = &quality->blocks[quality->next];
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t value = sample->microvolt[lead];

        if (quality->filled == 0) {
            quality->sum[lead] = 0;
            block->least[lead] = value;
            block->most[lead] = value;
        } else if (value < block->least[lead]) {
            block->least[lead] = value;
        } else if (value > block->most[lead]) {
            block->most[lead] = value;
        }
        quality->sum[lead] += value;
    }
    quality->filled++;
    if (quality->filled < ISO_QUALITY_BLOCK) {
        return false;
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        block->mean[lead] = (int32_t)(quality->sum[lead] / ISO_QUALITY_BLOCK);
    }
    quality->filled = 0;
    quality->next = (uint8_t)((quality->next + 1U) % ISO_QUALITY_BLOCKS);
    if (quality->count < ISO_QUALITY_BLOCKS) {
        quality->count++;
    }
    return true;
}

/*
 * While a block fills, the oldest one is being written over: the window is then the nineteen whole
 * blocks before it.
 */
bool iso_quality_known(const iso_quality *quality) {
    return quality->count == ISO_QUALITY_BLOCKS;
}

uint8_t iso_quality_of_lead(const iso_quality *quality, unsigned lead) {
    const unsigned whole = quality->filled == 0 ? quality->count : quality->count - 1U;
    int32_t least = INT32_MAX, most = INT32_MIN;
    int32_t least_mean = INT32_MAX, most_mean = INT32_MIN;
    int32_t before = 0;
    unsigned flat = 0, restless = 0;
    uint8_t reasons = 0;

    if (!iso_quality_known(quality)) {
        return 0;
    }
    for (unsigned i = 0; i < whole; i++) {
        const iso_quality_block *block =
            &quality->blocks[(quality->next + ISO_QUALITY_BLOCKS - whole + i) % ISO_QUALITY_BLOCKS];
        const int32_t range = block->most[lead] - block->least[lead];
        const int32_t mean = block->mean[lead];
        const int32_t jump = mean > before ? mean - before : before - mean;

        flat += range < FLAT_BLOCK;
        restless += range > RANGE_BLOCK || (i > 0 && jump > JUMP);
        least = block->least[lead] < least ? block->least[lead] : least;
        most = block->most[lead] > most ? block->most[lead] : most;
        least_mean = mean < least_mean ? mean : least_mean;
        most_mean = mean > most_mean ? mean : most_mean;
        before = mean;
    }
    if (flat >= BAD_BLOCKS || most - least < FLAT_WINDOW) {
        reasons |= ISO_QUALITY_FLAT;
    }
    if (restless >= BAD_BLOCKS) {
        reasons |= ISO_QUALITY_RESTLESS;
    }
    if (most_mean - least_mean > WANDER) {
        reasons |= ISO_QUALITY_WANDER;
    }
    return reasons;
}

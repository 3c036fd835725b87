#include "iso_highpass_linear.h"

#define BLOCK ISO_HIGHPASS_LINEAR_BLOCK
#define LENGTH ISO_HIGHPASS_LINEAR_LENGTH
#define DELAY ISO_HIGHPASS_LINEAR_DELAY_SAMPLES
#define AVERAGED ((int64_t)BLOCK * LENGTH * LENGTH)
/* Baselines carry four fraction bits: the line's steps are sixteenths of its height. */
#define LINE_FRACTION_BITS 4
#define ONE_MICROVOLT (1 << LINE_FRACTION_BITS)

/* Rounded half upwards on both sides of zero, so that an offset shifts it and changes nothing. */
static int32_t mean(int64_t sum) {
    const int64_t scaled = sum * ONE_MICROVOLT + AVERAGED / 2;

    return (int32_t)(scaled / AVERAGED - (scaled % AVERAGED < 0));
}

void iso_highpass_linear_prime(iso_highpass_linear *highpass,
                               const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    for (unsigned i = 0; i < ISO_INDEPENDENT_LEADS; i++) {
        iso_highpass_linear_lead *lead = &highpass->leads[i];
        const int32_t block = microvolt[i] * BLOCK;

        lead->block_sum = 0;
        lead->first_sum = (int64_t)block * LENGTH;
        lead->second_sum = lead->first_sum * LENGTH;
        for (unsigned slot = 0; slot < LENGTH; slot++) {
            lead->blocks[slot] = block;
            lead->first_sums[slot] = lead->first_sum;
        }
        for (unsigned slot = 0; slot < DELAY; slot++) {
            lead->delayed[slot] = microvolt[i];
        }
        lead->line_from = microvolt[i] * ONE_MICROVOLT;
        lead->line_to = lead->line_from;
    }
    highpass->next_delayed = 0;
    highpass->next_block = 0;
    highpass->in_block = 0;
}

static void end_block(iso_highpass_linear_lead *lead, unsigned slot) {
    lead->first_sum += lead->block_sum - lead->blocks[slot];
    lead->second_sum += lead->first_sum - lead->first_sums[slot];
    lead->blocks[slot] = lead->block_sum;
    lead->first_sums[slot] = lead->first_sum;
    lead->block_sum = 0;
    lead->line_from = lead->line_to;
    lead->line_to = mean(lead->second_sum);
}

void iso_highpass_linear_push(iso_highpass_linear *highpass,
                              const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                              int32_t out[ISO_INDEPENDENT_LEADS]) {
    const bool ends_block = highpass->in_block == BLOCK - 1;
    /* The first sample of a line lies half a sample behind its start, the line is eight long. */
    const int32_t along = ends_block ? 1 : 2 * highpass->in_block + 3;

    for (unsigned i = 0; i < ISO_INDEPENDENT_LEADS; i++) {
        iso_highpass_linear_lead *lead = &highpass->leads[i];

        const int32_t newest = microvolt[i]; /* out may be the same array */

        lead->block_sum += newest;
        if (ends_block) {
            end_block(lead, highpass->next_block);
        }
        /* Sixteenths of sixteenths of a microvolt. */
        const int64_t baseline = (int64_t)lead->line_from * (2 * BLOCK) +
                                 (int64_t)(lead->line_to - lead->line_from) * along;
        const int64_t value =
            (int64_t)lead->delayed[highpass->next_delayed] * (2 * BLOCK * ONE_MICROVOLT);

        out[i] = (int32_t)((value - baseline + BLOCK * ONE_MICROVOLT) >> (2 * LINE_FRACTION_BITS));
        lead->delayed[highpass->next_delayed] = newest;
    }
    highpass->next_delayed =
        (uint16_t)(highpass->next_delayed + 1 == DELAY ? 0 : highpass->next_delayed + 1);
    highpass->in_block = (uint8_t)(ends_block ? 0 : highpass->in_block + 1);
    if (ends_block) {
        highpass->next_block =
            (uint8_t)(highpass->next_block + 1 == LENGTH ? 0 : highpass->next_block + 1);
    }
}

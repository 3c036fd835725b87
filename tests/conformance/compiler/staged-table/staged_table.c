/*
 * Runs the staged convolutions of one instruction family over a file of cases, and writes of each a
 * checksum of its output and the number of saturations. staged-table.ts writes the cases and
 * describes them. FAMILY(name) names the family's functions; the build includes its files.
 */
#include "iso_vectors_files.h"

#include FAMILY_FILE

#define MOST 65536

enum { CONV, DEPTHWISE, CONV_GRADIENT, DEPTHWISE_GRADIENT };

typedef struct {
    int32_t kind, input_words, weight_words, channels, output_values, offsets, mask_words;
    int32_t zero_point, shift, has_shifts, offset, low, high, limit, starts, wide_input;
} case_head;

static int32_t input[MOST], weights[MOST], offsets[MOST], mask[MOST], scratch[MOST];
static int32_t bias[MOST], multiplier[MOST], shifts[MOST], starts[MOST];
static iso_staged_phase phases[64];
static union {
    int8_t narrow[MOST];
    int16_t wide[MOST];
} output;

static bool read_words(int32_t *to, int32_t count) {
    return count == 0 || iso_vectors_read(to, (size_t)count * sizeof *to);
}

/* The struct's integers in their order, as the file has them. */
static bool read_plan(iso_staged_plan *plan) {
    int32_t n[17];
    if (!read_words(n, 17)) {
        return false;
    }
    const iso_staged_plan read = {n[0],  n[1],  n[2],  n[3],   n[4],   n[5],  n[6],
                                  n[7],  n[8],  n[9],  n[10],  n[11],  n[12], n[13],
                                  n[14], n[15], n[16], phases, offsets};
    *plan = read;
    return iso_vectors_read(phases, (size_t)plan->phase_count * sizeof phases[0]);
}

static uint32_t run_case(const case_head *head, const iso_staged_plan *plan) {
    const int8_t *x8 = head->wide_input ? NULL : (const int8_t *)input;
    const int16_t *x16 = head->wide_input ? (const int16_t *)input : NULL;
    const int wide = head->high > 127;
    const iso_staged_conv conv = {.y8 = wide ? NULL : output.narrow,
                                  .y16 = wide ? output.wide : NULL,
                                  .weights = weights,
                                  .bias = bias,
                                  .multiplier = multiplier,
                                  .split_starts = starts,
                                  .shifts = head->has_shifts ? shifts : NULL,
                                  .shift = head->shift,
                                  .offset = head->offset,
                                  .low = head->low,
                                  .high = head->high};
    const iso_staged_gradient gradient = {.dx = output.wide,
                                          .weights = weights,
                                          .multiplier = multiplier,
                                          .split_starts = starts,
                                          .mask = head->mask_words == 0 ? NULL : (uint8_t *)mask,
                                          .shift = head->shift,
                                          .limit = head->limit};
    switch (head->kind) {
    case CONV:
        FAMILY(conv)(x8, x16, plan, scratch, head->zero_point, &conv);
        return 0;
    case DEPTHWISE:
        FAMILY(depthwise)(x8, x16, plan, scratch, head->zero_point, &conv);
        return 0;
    case CONV_GRADIENT:
        return FAMILY(conv_gradient)(x16, plan, scratch, &gradient);
    default:
        return FAMILY(depthwise_gradient)(x16, plan, scratch, &gradient);
    }
}

/* FNV-1a on bytes. */
static uint32_t hash_of(const case_head *head) {
    const bool narrow = head->kind <= DEPTHWISE && head->high <= 127;
    const uint8_t *bytes = (const uint8_t *)&output;
    const int32_t count = head->output_values * (narrow ? 1 : 2);
    uint32_t hash = 0x811c9dc5U;
    for (int32_t i = 0; i < count; i++) {
        hash = (hash ^ bytes[i]) * 0x01000193U;
    }
    return hash;
}

int main(int argument_count, char **arguments) {
    iso_vectors_status status = iso_vectors_open(argument_count, arguments);
    case_head head;
    iso_staged_plan plan;
    while (status == ISO_VECTORS_OK && iso_vectors_read(&head, sizeof head)) {
        if (!read_plan(&plan) || !read_words(offsets, head.offsets) ||
            !read_words(input, head.input_words) || !read_words(weights, head.weight_words) ||
            !read_words(bias, head.channels) || !read_words(multiplier, head.channels) ||
            !read_words(shifts, head.channels) || !read_words(mask, head.mask_words) ||
            !read_words(starts, head.starts)) {
            return iso_vectors_leave(ISO_VECTORS_TRUNCATED);
        }
        const uint32_t saturations = run_case(&head, &plan);
        const uint32_t answer[2] = {hash_of(&head), saturations};
        if (!iso_vectors_write(answer, sizeof answer)) {
            status = ISO_VECTORS_CANNOT_WRITE;
        }
    }
    return iso_vectors_leave(status);
}

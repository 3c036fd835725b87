/* Convolutions from a copy of their input: what vector kernels of every instruction family share.
 */
#ifndef ISO_STAGED_H
#define ISO_STAGED_H

#include "../portable/iso_kernel.h"

/* Output channels that are computed together, and output positions. */
#define ISO_STAGED_CHANNELS 16
#define ISO_STAGED_TILE 4
/* Output positions of one chunk at the most. */
#define ISO_STAGED_POSITIONS 64

/* Output positions that read the same taps: all of a convolution, every stride-th of its gradient.
 * Each output is a sum over `segments` runs of `run` staged values. */
typedef struct {
    int32_t row, column;
    int32_t segments, run;
    /* Index of its first entry in the plan's offsets, and of its first weight. */
    int32_t offsets, weights;
    /* Weights of sixteen output channels. */
    int32_t block_weights;
} iso_staged_phase;

typedef struct {
    int32_t source_height, source_width, channels;
    int32_t output_height, output_width, output_channels;
    /* Source position of the first staged value; of the next output position, so many on. */
    int32_t origin_row, origin_column, step_row, step_column;
    /* Output positions from one of a phase to the next. */
    int32_t output_step_row, output_step_column;
    /* Output positions of each phase in one chunk, and what they read. */
    int32_t chunk_rows, chunk_columns, staged_rows, staged_columns;
    int32_t phase_count;
    const iso_staged_phase *phases;
    /* Where each segment lies, in values from the position's first. */
    const int32_t *offsets;
} iso_staged_plan;

/* Up to four output positions: where they read in the staged values, and their number in the
 * output. Places beyond `count` repeat the last one. */
typedef struct {
    const iso_staged_plan *plan;
    const iso_staged_phase *phase;
    const void *staged;
    const int32_t *at;
    const int32_t *output;
    int32_t count;
    /* First of up to sixteen output channels. */
    int32_t channel, channels;
} iso_staged_tile;

typedef struct {
    int32_t at[ISO_STAGED_POSITIONS];
    int32_t output[ISO_STAGED_POSITIONS];
    int32_t count;
} iso_staged_places;

/* Copies `count` values into the staged form, or repeats `value` there. */
typedef void iso_staged_copy(void *staged, const void *source, int32_t count);
typedef void iso_staged_fill(void *staged, int32_t value, int32_t count);
/* Computes and writes one tile; returns how many values saturated. */
typedef uint32_t iso_staged_compute(const void *layer, const iso_staged_tile *tile);

/* How values lie in memory before and after staging. */
typedef struct {
    iso_staged_copy *copy;
    iso_staged_fill *fill;
    int32_t source_bytes, staged_bytes;
} iso_staged_form;

static inline int32_t iso_staged_least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* The source from (row, column) on, `padding` where that is outside. */
static void iso_stage(const iso_staged_plan *plan, const iso_staged_form *form, const void *source,
                      uint8_t *staged, int32_t row, int32_t column, int32_t padding) {
    const int32_t before = iso_clamp(-column, 0, plan->staged_columns);
    const int32_t first = column + before;
    const int32_t inside = iso_clamp(plan->source_width - first, 0, plan->staged_columns - before);
    const int32_t after = plan->staged_columns - before - inside;
    const int32_t position_bytes = plan->channels * form->staged_bytes;
    for (int32_t r = 0; r < plan->staged_rows; r++, row++) {
        if (row < 0 || row >= plan->source_height) {
            form->fill(staged, padding, plan->staged_columns * plan->channels);
        } else {
            const int32_t from = (row * plan->source_width + first) * plan->channels;
            form->fill(staged, padding, before * plan->channels);
            if (inside > 0) {
                form->copy(staged + before * position_bytes,
                           (const uint8_t *)source + from * form->source_bytes,
                           inside * plan->channels);
            }
            form->fill(staged + (before + inside) * position_bytes, padding,
                       after * plan->channels);
        }
        staged += plan->staged_columns * position_bytes;
    }
}

/* The positions of one phase in the chunk that starts with its position (row, column). */
static void iso_staged_list(const iso_staged_plan *plan, const iso_staged_phase *phase, int32_t row,
                            int32_t column, iso_staged_places *places) {
    int32_t count = 0;
    for (int32_t r = 0; r < plan->chunk_rows; r++) {
        const int32_t to_row = phase->row + (row + r) * plan->output_step_row;
        if (to_row >= plan->output_height) {
            break;
        }
        int32_t at = r * plan->step_row * plan->staged_columns * plan->channels;
        int32_t to_column = phase->column + column * plan->output_step_column;
        for (int32_t c = 0; c < plan->chunk_columns && to_column < plan->output_width; c++) {
            places->at[count] = at;
            places->output[count] = to_row * plan->output_width + to_column;
            count++;
            at += plan->step_column * plan->channels;
            to_column += plan->output_step_column;
        }
    }
    places->count = count;
    for (int32_t i = count; i > 0 && i % ISO_STAGED_TILE != 0; i++) {
        places->at[i] = places->at[count - 1];
        places->output[i] = places->output[count - 1];
    }
}

/* Every tile of the output. The input of a chunk is staged before any of its output is written, so
 * that the output may lie over it. `compute` is a constant in every call: it is inlined. */
static inline __attribute__((always_inline)) uint32_t
iso_staged_run(const iso_staged_plan *plan, const iso_staged_form *form, const void *source,
               void *scratch, int32_t padding, iso_staged_compute *compute, const void *layer) {
    const int32_t rows = (plan->output_height - 1) / plan->output_step_row + 1;
    const int32_t columns = (plan->output_width - 1) / plan->output_step_column + 1;
    uint32_t saturations = 0;
    for (int32_t row = 0; row < rows; row += plan->chunk_rows) {
        for (int32_t column = 0; column < columns; column += plan->chunk_columns) {
            iso_stage(plan, form, source, scratch, plan->origin_row + row * plan->step_row,
                      plan->origin_column + column * plan->step_column, padding);
            for (int32_t i = 0; i < plan->phase_count; i++) {
                iso_staged_places places;
                iso_staged_tile tile = {.plan = plan, .phase = plan->phases + i, .staged = scratch};
                iso_staged_list(plan, tile.phase, row, column, &places);
                while (tile.channel < plan->output_channels) {
                    const int32_t left = plan->output_channels - tile.channel;
                    tile.channels = iso_staged_least(left, ISO_STAGED_CHANNELS);
                    for (int32_t t = 0; t < places.count; t += ISO_STAGED_TILE) {
                        tile.at = places.at + t;
                        tile.output = places.output + t;
                        tile.count = iso_staged_least(places.count - t, ISO_STAGED_TILE);
                        saturations += compute(layer, &tile);
                    }
                    tile.channel += ISO_STAGED_CHANNELS;
                }
            }
        }
    }
    return saturations;
}

/* What a convolution does with its sums; as iso_conv. The tables reach to a multiple of sixteen. */
typedef struct {
    int8_t *y8;
    int16_t *y16;
    const void *weights;
    const int32_t *bias, *multiplier;
    /* One for each channel instead of `shift`, or NULL. */
    const int32_t *shifts;
    /* Instead of the bias where int16 inputs are split into bytes. */
    const int32_t *split_starts;
    int32_t shift, offset, low, high;
} iso_staged_conv;

/* What a gradient does with its sums; as iso_conv_gradient. */
typedef struct {
    int16_t *dx;
    const void *weights;
    const int32_t *multiplier;
    /* Where sums start when values are split into bytes, by phase and channel. */
    const int32_t *split_starts;
    const uint8_t *mask;
    int32_t shift, limit;
} iso_staged_gradient;

/* Sixteen bits of a sign map from `index` on, of which `count` are read. */
static inline uint32_t iso_staged_bits(const uint8_t *mask, int32_t index, int32_t count) {
    if (mask == NULL) {
        return 0xffffU;
    }
    uint32_t bits = 0;
    const int32_t first = index >> 3, last = (index + count - 1) >> 3;
    if (last == first + 1) {
        return (mask[first] | (uint32_t)mask[last] << 8) >> (index & 7);
    }
    for (int32_t i = first; i <= last; i++) {
        bits |= (uint32_t)mask[i] << (8 * (i - first));
    }
    return bits >> (index & 7);
}

#endif

#include "iso_kernel.h"
#include "iso_recurrent.h"

/* Argument of one gate: both products and both biases. */
static inline int32_t iso_lstm_gate(const iso_recurrent *l, int32_t row, const int8_t *x,
                                    const int16_t *h) {
    return iso_recurrent_input(l, row, x) + iso_recurrent_state(l, row, h);
}

/* One step of one direction: gates in the order i, o, f, c; cells with 23 fraction bits. */
static void iso_lstm_step(const iso_recurrent *l, int32_t direction, const int8_t *x,
                          const int16_t *h, int16_t *next, int32_t *cells) {
    for (int32_t unit = 0; unit < l->hidden; unit++) {
        const int32_t row = direction * 4 * l->hidden + unit;
        const int32_t i = iso_gate_sigmoid(iso_lstm_gate(l, row, x, h));
        const int32_t o = iso_gate_sigmoid(iso_lstm_gate(l, row + l->hidden, x, h));
        const int32_t f = iso_gate_sigmoid(iso_lstm_gate(l, row + 2 * l->hidden, x, h));
        const int32_t g = iso_gate_tanh(iso_lstm_gate(l, row + 3 * l->hidden, x, h));
        const int64_t sum = (int64_t)f * cells[unit] + (int64_t)i * g * 256 + 16384;
        const int64_t kept = sum >> 15;
        const int32_t cell = kept > INT32_MAX    ? INT32_MAX
                             : kept < -INT32_MAX ? -INT32_MAX
                                                 : (int32_t)kept;
        cells[unit] = cell;
        next[unit] =
            (int16_t)((o * iso_gate_tanh((int32_t)(((int64_t)cell + 128) >> 8)) + 16384) >> 15);
    }
}

/* y[step][direction][hidden]; scratch holds the cells and both generations of the hidden state. */
static void iso_lstm(const int8_t *x, int8_t *y, int16_t *scratch, const iso_recurrent *l) {
    int32_t *cells = (int32_t *)(void *)scratch;
    for (int32_t d = 0; d < l->directions; d++) {
        int16_t *h = scratch + 2 * l->hidden;
        int16_t *next = h + l->hidden;
        iso_recurrent_start(l, d, h);
        for (int32_t unit = 0; unit < l->hidden; unit++) {
            cells[unit] = l->initial_cell == NULL ? 0 : l->initial_cell[d * l->hidden + unit];
        }
        for (int32_t step = 0; step < l->steps; step++) {
            const int32_t time = ((l->reverse >> d) & 1U) != 0U ? l->steps - 1 - step : step;
            int16_t *const now = h;
            iso_lstm_step(l, d, x + time * l->inputs, now, next, cells);
            h = next;
            next = now;
            iso_recurrent_write(l, h, y + (time * l->directions + d) * l->hidden);
        }
    }
}

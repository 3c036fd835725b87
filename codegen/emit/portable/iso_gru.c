#include "iso_kernel.h"
#include "iso_recurrent.h"

/* A sigmoid gate of one row. */
static inline int32_t iso_gru_gate(const iso_recurrent *l, int32_t row, const int8_t *x,
                                   const int16_t *h) {
    return iso_gate_sigmoid(iso_recurrent_input(l, row, x) + iso_recurrent_state(l, row, h));
}

/* One step of one direction: gates in the order z, r, n. `reset` is room for the state under the
 * reset gate, which only the form without linear_before_reset needs. */
static void iso_gru_step(const iso_recurrent *l, int32_t direction, const int8_t *x,
                         const int16_t *h, int16_t *next, int16_t *reset, int linear) {
    const int32_t first = direction * 3 * l->hidden;
    if (!linear) {
        for (int32_t unit = 0; unit < l->hidden; unit++) {
            const int32_t r = iso_gru_gate(l, first + l->hidden + unit, x, h);
            reset[unit] = (int16_t)((h[unit] * r + 16384) >> 15);
        }
    }
    for (int32_t unit = 0; unit < l->hidden; unit++) {
        const int32_t row = first + 2 * l->hidden + unit;
        const int32_t z = iso_gru_gate(l, first + unit, x, h);
        const int32_t state = linear
                                  ? iso_round(iso_recurrent_state(l, row, h),
                                              iso_gru_gate(l, first + l->hidden + unit, x, h), 15U)
                                  : iso_recurrent_state(l, row, reset);
        const int32_t n = iso_gate_tanh(iso_recurrent_input(l, row, x) + state);
        next[unit] = (int16_t)(((32768 - z) * n + z * h[unit] + 16384) >> 15);
    }
}

/* y[step][direction][hidden]; scratch holds both generations of the hidden state and one under the
 * reset gate. */
static void iso_gru(const int8_t *x, int8_t *y, int16_t *scratch, const iso_recurrent *l,
                    int linear_before_reset) {
    for (int32_t d = 0; d < l->directions; d++) {
        int16_t *h = scratch;
        int16_t *next = h + l->hidden;
        iso_recurrent_start(l, d, h);
        for (int32_t step = 0; step < l->steps; step++) {
            const int32_t time = ((l->reverse >> d) & 1U) != 0U ? l->steps - 1 - step : step;
            int16_t *const now = h;
            iso_gru_step(l, d, x + time * l->inputs, now, next, scratch + 2 * l->hidden,
                         linear_before_reset);
            h = next;
            next = now;
            iso_recurrent_write(l, h, y + (time * l->directions + d) * l->hidden);
        }
    }
}

/* What LSTM and GRU share: gates in fixed point and the products of one row. */
#ifndef ISO_RECURRENT_H
#define ISO_RECURRENT_H

#include "iso_kernel.h"
#include "iso_recurrent_dot.h"

/* sigma(k / 32) in steps of 2^-15, k to 384; the code generator's GATE_TABLE, held equal by a test.
 */
static const int16_t iso_gate_table[385] = {
    /* clang-format off */
    16384, 16640, 16896, 17151, 17407, 17661, 17916, 18169, 18421, 18673, 18923, 19173, 19420,
    19667, 19912, 20155, 20397, 20636, 20874, 21110, 21344, 21575, 21804, 22031, 22255, 22477,
    22696, 22913, 23127, 23338, 23547, 23753, 23955, 24155, 24352, 24546, 24737, 24925, 25110,
    25292, 25471, 25646, 25819, 25988, 26155, 26318, 26479, 26636, 26790, 26941, 27090, 27235,
    27377, 27516, 27653, 27786, 27917, 28045, 28169, 28292, 28411, 28528, 28642, 28753, 28862,
    28968, 29072, 29173, 29272, 29368, 29462, 29554, 29644, 29731, 29816, 29899, 29979, 30058,
    30135, 30210, 30282, 30353, 30422, 30489, 30555, 30618, 30680, 30740, 30799, 30856, 30912,
    30966, 31018, 31069, 31119, 31167, 31214, 31260, 31304, 31347, 31389, 31430, 31469, 31508,
    31545, 31581, 31616, 31651, 31684, 31716, 31747, 31778, 31807, 31836, 31864, 31891, 31917,
    31943, 31968, 31992, 32015, 32038, 32060, 32081, 32102, 32122, 32141, 32160, 32179, 32196,
    32214, 32231, 32247, 32263, 32278, 32293, 32307, 32321, 32335, 32348, 32361, 32373, 32385,
    32397, 32408, 32419, 32430, 32440, 32450, 32460, 32469, 32478, 32487, 32496, 32504, 32512,
    32520, 32527, 32535, 32542, 32549, 32555, 32562, 32568, 32574, 32580, 32586, 32592, 32597,
    32602, 32607, 32612, 32617, 32622, 32626, 32630, 32635, 32639, 32643, 32647, 32650, 32654,
    32657, 32661, 32664, 32667, 32670, 32673, 32676, 32679, 32682, 32684, 32687, 32689, 32692,
    32694, 32696, 32699, 32701, 32703, 32705, 32707, 32709, 32711, 32712, 32714, 32716, 32717,
    32719, 32720, 32722, 32723, 32725, 32726, 32727, 32728, 32730, 32731, 32732, 32733, 32734,
    32735, 32736, 32737, 32738, 32739, 32740, 32741, 32742, 32742, 32743, 32744, 32745, 32745,
    32746, 32747, 32747, 32748, 32749, 32749, 32750, 32750, 32751, 32752, 32752, 32753, 32753,
    32753, 32754, 32754, 32755, 32755, 32756, 32756, 32756, 32757, 32757, 32757, 32758, 32758,
    32758, 32759, 32759, 32759, 32759, 32760, 32760, 32760, 32760, 32761, 32761, 32761, 32761,
    32762, 32762, 32762, 32762, 32762, 32762, 32763, 32763, 32763, 32763, 32763, 32763, 32764,
    32764, 32764, 32764, 32764, 32764, 32764, 32764, 32765, 32765, 32765, 32765, 32765, 32765,
    32765, 32765, 32765, 32765, 32765, 32766, 32766, 32766, 32766, 32766, 32766, 32766, 32766,
    32766, 32766, 32766, 32766, 32766, 32766, 32766, 32766, 32767, 32767, 32767, 32767, 32767,
    32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
    32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
    32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
    32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
    32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
    /* clang-format on */
};

/* sigma of a non-negative argument with 15 fraction bits: a line between two entries. */
static inline int32_t iso_gate_half(int32_t argument) {
    if (argument >= 384 << 10) {
        return iso_gate_table[384];
    }
    const int32_t k = argument >> 10;
    const int32_t low = iso_gate_table[k];
    const int32_t rise = iso_gate_table[k + 1] - low;
    return low + ((rise * (argument & 1023) + 512) >> 10);
}

static inline int32_t iso_gate_sigmoid(int32_t argument) {
    return argument >= 0 ? iso_gate_half(argument) : 32768 - iso_gate_half(-argument);
}

/* tanh(x) = 2 sigma(2x) - 1, odd. Doubling stays inside int32. */
static inline int32_t iso_gate_tanh(int32_t argument) {
    const int32_t magnitude = argument < 0 ? -argument : argument;
    const int32_t value =
        2 * iso_gate_half(magnitude >= 384 << 10 ? 384 << 10 : 2 * magnitude) - 32768;
    return argument < 0 ? -value : value;
}

/* One recurrent layer; tables are [direction][gate][hidden] and so on. NULL states are zero. */
typedef struct {
    int32_t steps, inputs, hidden, directions;
    uint32_t reverse; /* bit d: direction d walks backwards */
    const int8_t *input_weights, *state_weights;
    const int32_t *input_offset, *input_bias, *state_bias;
    const int32_t *input_multiplier, *state_multiplier;
    const int16_t *initial_hidden;
    const int32_t *initial_cell;
    uint32_t input_shift, state_shift;
    int32_t output_multiplier;
    uint32_t output_shift;
    int32_t output_zero_point;
} iso_recurrent;

/* The input's part of a gate's argument, 15 fraction bits. */
static inline int32_t iso_recurrent_input(const iso_recurrent *l, int32_t row, const int8_t *x) {
    const int8_t *w = l->input_weights + row * l->inputs;
    const int32_t sum = l->input_offset[row] + iso_recurrent_dot_input(w, x, l->inputs);
    return iso_round(sum, l->input_multiplier[row], l->input_shift) + l->input_bias[row];
}

/* The hidden state's part. */
static inline int32_t iso_recurrent_state(const iso_recurrent *l, int32_t row, const int16_t *h) {
    const int8_t *w = l->state_weights + row * l->hidden;
    const int32_t sum = iso_recurrent_dot_state(w, h, l->hidden);
    return iso_round(sum, l->state_multiplier[row], l->state_shift) + l->state_bias[row];
}

static inline void iso_recurrent_start(const iso_recurrent *l, int32_t direction, int16_t *h) {
    for (int32_t unit = 0; unit < l->hidden; unit++) {
        h[unit] = l->initial_hidden == NULL ? (int16_t)0
                                            : l->initial_hidden[direction * l->hidden + unit];
    }
}

/* Hidden state to the int8 output of one step. */
static inline void iso_recurrent_write(const iso_recurrent *l, const int16_t *h, int8_t *y) {
    for (int32_t unit = 0; unit < l->hidden; unit++) {
        const int32_t value = iso_round(h[unit], l->output_multiplier, l->output_shift);
        y[unit] = (int8_t)iso_clamp(value + l->output_zero_point, -128, 127);
    }
}

#endif

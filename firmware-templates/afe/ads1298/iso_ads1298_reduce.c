#include "iso_ads1298.h"

#define TAP_FRACTION_BITS 15

void iso_ads1298_reduce_restart(iso_ads1298_reduce *reduce) {
    reduce->primed = false;
}

static void put(iso_ads1298_reduce *reduce, const int32_t code[ADS1298_CHANNELS]) {
    const unsigned slot = reduce->next;
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        reduce->history[channel][slot] = code[channel];
        reduce->history[channel][slot + ISO_ADS1298_TAPS] = code[channel];
    }
    reduce->next = (uint8_t)(slot + 1u == ISO_ADS1298_TAPS ? 0u : slot + 1u);
}

void iso_ads1298_reduce_push(iso_ads1298_reduce *reduce, const int32_t code[ADS1298_CHANNELS]) {
    for (unsigned i = 1u; !reduce->primed && i < ISO_ADS1298_TAPS; i += 1u) {
        put(reduce, code);
    }
    reduce->primed = true;
    put(reduce, code);
}

void iso_ads1298_reduce_read(const iso_ads1298_reduce *reduce, int32_t code[ADS1298_CHANNELS]) {
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        const int32_t *oldest = &reduce->history[channel][reduce->next];
        int64_t sum = (int64_t)1 << (TAP_FRACTION_BITS - 1);
        for (unsigned i = 0; i < ISO_ADS1298_TAPS; i += 1u) {
            sum += (int64_t)oldest[i] * iso_ads1298_taps[i];
        }
        code[channel] = (int32_t)(sum >> TAP_FRACTION_BITS);
    }
}

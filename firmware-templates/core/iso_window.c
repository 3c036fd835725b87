#include "iso_window.h"

#include <stddef.h>

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : (value > high ? high : value);
}

static unsigned slot_at(const iso_window *window, unsigned t) {
    const unsigned slot = window->next + t; /* full: the oldest is the one to be replaced */

    return slot < ISO_WINDOW_SAMPLES ? slot : slot - ISO_WINDOW_SAMPLES;
}

static void reverse(iso_window *window, unsigned begin, unsigned end) {
    while (begin + 1 < end) {
        end--;
        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            const int16_t kept = window->microvolt[begin][lead];

            window->microvolt[begin][lead] = window->microvolt[end][lead];
            window->microvolt[end][lead] = kept;
        }
        begin++;
    }
}

void iso_window_init(iso_window *window) {
    window->expected_index = 0;
    iso_window_gap(window);
}

void iso_window_gap(iso_window *window) {
    window->next = 0;
    window->count = 0;
}

void iso_window_push(iso_window *window, const iso_chain_sample *sample) {
    if (window->count > 0 && sample->sample_index != window->expected_index) {
        iso_window_gap(window);
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        window->microvolt[window->next][lead] = sample->microvolt[lead];
    }
    window->next = (uint16_t)(window->next + 1U < ISO_WINDOW_SAMPLES ? window->next + 1U : 0U);
    if (window->count < ISO_WINDOW_SAMPLES) {
        window->count++;
    }
    window->expected_index = sample->sample_index + ISO_CHAIN_FACTOR;
}

bool iso_window_full(const iso_window *window) {
    return window->count == ISO_WINDOW_SAMPLES;
}

uint32_t iso_window_first_index(const iso_window *window) {
    return window->expected_index - (uint32_t)window->count * ISO_CHAIN_FACTOR;
}

/* The leads of one sample that the network reads. */
static void network_leads(const int16_t independent[ISO_INDEPENDENT_LEADS], unsigned count,
                          int32_t leads[ISO_TWELVE_LEADS]) {
    if (count == ISO_TWELVE_LEADS) {
        iso_leads_twelve(independent, leads);
        return;
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        leads[lead] = independent[lead];
    }
}

void iso_window_quantize(const iso_window *window, int32_t multiplier, uint8_t shift,
                         const iso_window_codes *to) {
    const int64_t half = (int64_t)1 << (shift - 1);
    unsigned at = 0;

    for (unsigned t = 0; t < ISO_WINDOW_SAMPLES; t++) {
        int32_t leads[ISO_TWELVE_LEADS];

        network_leads(window->microvolt[slot_at(window, t)], to->leads, leads);
        for (unsigned lead = 0; lead < to->leads; lead++, at++) {
            const int64_t steps = ((int64_t)leads[lead] * multiplier + half) >> shift;
            const int64_t code = steps + to->zero_point;

            if (to->int8 != NULL) {
                to->int8[at] = (int8_t)clamp(code, INT8_MIN, INT8_MAX);
            } else {
                to->int16[at] = (int16_t)clamp(code, INT16_MIN, INT16_MAX);
            }
        }
    }
}

void iso_window_lead(const iso_window *window, unsigned lead, int16_t out[ISO_WINDOW_SAMPLES]) {
    for (unsigned t = 0; t < ISO_WINDOW_SAMPLES; t++) {
        out[t] = window->microvolt[slot_at(window, t)][lead];
    }
}

const int16_t *iso_window_samples(iso_window *window) {
    /* Rotation by three reversals. */
    reverse(window, 0, window->next);
    reverse(window, window->next, ISO_WINDOW_SAMPLES);
    reverse(window, 0, ISO_WINDOW_SAMPLES);
    window->next = 0;
    return &window->microvolt[0][0];
}

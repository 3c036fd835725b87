#include "iso_lowpass.h"

#define TAP_FRACTION_BITS 15
#define CENTRE (ISO_LOWPASS_TAPS / 2)

void iso_lowpass_init(iso_lowpass *lowpass, iso_lowpass_cut cut) {
    static const int32_t silence[ISO_INDEPENDENT_LEADS];

    lowpass->taps = cut == ISO_LOWPASS_40_HZ ? iso_lowpass_40_taps : iso_lowpass_150_taps;
    iso_lowpass_prime(lowpass, silence);
}

void iso_lowpass_prime(iso_lowpass *lowpass, const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        for (unsigned slot = 0; slot < 2 * ISO_LOWPASS_TAPS; slot++) {
            lowpass->history[lead][slot] = microvolt[lead];
        }
    }
    lowpass->next = 0;
}

void iso_lowpass_push(iso_lowpass *lowpass, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                      int32_t out[ISO_INDEPENDENT_LEADS]) {
    const unsigned slot = lowpass->next;
    const int16_t *taps = lowpass->taps;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        int32_t *history = lowpass->history[lead];

        history[slot] = microvolt[lead];
        history[slot + ISO_LOWPASS_TAPS] = microvolt[lead];

        const int32_t *oldest = &history[slot + 1];
        const int32_t *newest = &history[slot + ISO_LOWPASS_TAPS];
        int64_t sum =
            ((int64_t)1 << (TAP_FRACTION_BITS - 1)) + (int64_t)oldest[CENTRE] * taps[CENTRE];

        for (unsigned tap = 0; tap < CENTRE; tap++) {
            sum += (int64_t)(*oldest++ + *newest--) * taps[tap];
        }
        out[lead] = (int32_t)(sum >> TAP_FRACTION_BITS);
    }
    lowpass->next = (uint8_t)(slot + 1 == ISO_LOWPASS_TAPS ? 0 : slot + 1);
}

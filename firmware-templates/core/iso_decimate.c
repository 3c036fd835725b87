#include "iso_decimate.h"

#define TAP_FRACTION_BITS 15

void iso_decimate_prime(iso_decimate *decimate, const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        for (unsigned slot = 0; slot < ISO_DECIMATE_TAPS; slot++) {
            decimate->history[lead][slot] = microvolt[lead];
        }
    }
    decimate->newest = 0;
}

void iso_decimate_push(iso_decimate *decimate, const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    const uint8_t slot =
        decimate->newest + 1 == ISO_DECIMATE_TAPS ? 0 : (uint8_t)(decimate->newest + 1);

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        decimate->history[lead][slot] = microvolt[lead];
    }
    decimate->newest = slot;
}

void iso_decimate_read(const iso_decimate *decimate, int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    /* The ring as two straight runs: no wrap test inside the sum. The taps are symmetric, so oldest
     * first is as good. */
    const unsigned oldest = decimate->newest + 1U;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t *history = decimate->history[lead];
        const int16_t *tap = iso_decimate_taps;
        int64_t sum = (int64_t)1 << (TAP_FRACTION_BITS - 1);

        for (unsigned slot = oldest; slot < ISO_DECIMATE_TAPS; slot++) {
            sum += (int64_t)history[slot] * *tap++;
        }
        for (unsigned slot = 0; slot < oldest; slot++) {
            sum += (int64_t)history[slot] * *tap++;
        }
        microvolt[lead] = (int32_t)(sum >> TAP_FRACTION_BITS);
    }
}

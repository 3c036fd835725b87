#include "iso_highpass.h"

#define STATE_FRACTION_BITS 20
/* 2 t / (1 + t), t = tan(pi 0.05 / 500): the pole of the bilinear one-pole high-pass. 24 bits. */
#define GAIN_Q24 10538
#define GAIN_FRACTION_BITS 24

void iso_highpass_init(iso_highpass *highpass) {
    highpass->primed = false;
}

static int64_t in_state_bits(int32_t microvolt) {
    return (int64_t)microvolt * ((int64_t)1 << STATE_FRACTION_BITS);
}

static void prime(iso_highpass_lead *lead, int32_t microvolt) {
    lead->baseline = in_state_bits(microvolt);
    lead->off_sum = 0;
    lead->off_samples = 0;
}

static void watch(iso_highpass_lead *lead, int32_t microvolt, int32_t out) {
    if (out <= ISO_HIGHPASS_RESET_MICROVOLT && out >= -ISO_HIGHPASS_RESET_MICROVOLT) {
        lead->off_sum = 0;
        lead->off_samples = 0;
        return;
    }
    lead->off_sum += microvolt;
    lead->off_samples++;
    if (lead->off_samples == ISO_HIGHPASS_RESET_SAMPLES) {
        prime(lead, lead->off_sum / ISO_HIGHPASS_RESET_SAMPLES);
    }
}

void iso_highpass_push(iso_highpass *highpass, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                       int32_t out[ISO_INDEPENDENT_LEADS]) {
    for (unsigned i = 0; i < ISO_INDEPENDENT_LEADS; i++) {
        iso_highpass_lead *lead = &highpass->leads[i];
        const int32_t value = microvolt[i]; /* out may be the same array */

        if (!highpass->primed) {
            prime(lead, value);
        }
        const int64_t above = in_state_bits(value) - lead->baseline;

        out[i] =
            (int32_t)((above + ((int64_t)1 << (STATE_FRACTION_BITS - 1))) >> STATE_FRACTION_BITS);
        lead->baseline += (above * GAIN_Q24) >> GAIN_FRACTION_BITS;
        watch(lead, value, out[i]);
    }
    highpass->primed = true;
}

void iso_highpass_gap(iso_highpass *highpass, uint32_t missing_samples) {
    if (missing_samples > ISO_HIGHPASS_KEEP_SAMPLES) {
        highpass->primed = false;
    }
    for (unsigned i = 0; missing_samples > 0 && i < ISO_INDEPENDENT_LEADS; i++) {
        highpass->leads[i].off_sum = 0;
        highpass->leads[i].off_samples = 0;
    }
}

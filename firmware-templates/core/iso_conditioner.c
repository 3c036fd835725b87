#include "iso_conditioner.h"

#include <stddef.h>

static uint16_t highpass_delay(const iso_conditioner *conditioner) {
    return conditioner->linear == NULL ? 0 : ISO_HIGHPASS_LINEAR_DELAY_SAMPLES;
}

uint32_t iso_conditioner_delay_samples(const iso_conditioner *conditioner) {
    return ISO_PACER_DELAY_SAMPLES + (uint32_t)highpass_delay(conditioner) +
           ISO_LOWPASS_DELAY_SAMPLES;
}

iso_conditioner_band iso_conditioner_band_of(const iso_conditioner *conditioner) {
    return conditioner->linear == NULL ? ISO_BAND_DIAGNOSTIC : ISO_BAND_MONITOR;
}

void iso_conditioner_init(iso_conditioner *conditioner, int32_t rail_microvolt,
                          iso_highpass_linear *monitor) {
    iso_mains_init(&conditioner->mains);
    iso_highpass_init(&conditioner->highpass);
    iso_lowpass_init(&conditioner->lowpass,
                     monitor == NULL ? ISO_LOWPASS_150_HZ : ISO_LOWPASS_40_HZ);
    conditioner->linear = monitor;
    conditioner->rail_microvolt = rail_microvolt;
    conditioner->expected_index = 0;
    conditioner->next_index = 0;
    conditioner->spike_index = 0;
    conditioner->age = 0;
    conditioner->spike = false;
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        conditioner->since_saturated[lead] = UINT16_MAX;
    }
}

static int32_t held(int32_t microvolt) {
    const int32_t limit = ISO_SIGNAL_LIMIT_MICROVOLT;

    return microvolt > limit ? limit : microvolt < -limit ? -limit : microvolt;
}

static void watch_saturation(iso_conditioner *conditioner,
                             const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        uint16_t *since = &conditioner->since_saturated[lead];

        if (microvolt[lead] >= conditioner->rail_microvolt ||
            microvolt[lead] <= -conditioner->rail_microvolt) {
            *since = 0;
        } else if (*since < UINT16_MAX) {
            (*since)++;
        }
    }
}

/* `first`: the values are the first of a run; the baseline may be known from before. */
static void remove_baseline(iso_conditioner *conditioner, uint32_t sample_index, bool first,
                            int32_t values[ISO_INDEPENDENT_LEADS]) {
    if (conditioner->linear == NULL) {
        if (first) {
            iso_highpass_gap(&conditioner->highpass, sample_index - conditioner->next_index);
        }
        iso_highpass_push(&conditioner->highpass, values, values);
    } else {
        if (first) {
            iso_highpass_linear_prime(conditioner->linear, values);
        }
        iso_highpass_linear_push(conditioner->linear, values, values);
    }
    conditioner->next_index = sample_index + 1;
}

bool iso_conditioner_push(iso_conditioner *conditioner, uint32_t sample_index,
                          const int32_t microvolt[ISO_INDEPENDENT_LEADS], iso_signal_sample *out) {
    const uint16_t before_lowpass =
        (uint16_t)(ISO_PACER_DELAY_SAMPLES + highpass_delay(conditioner));
    const uint16_t delay = (uint16_t)(before_lowpass + ISO_LOWPASS_DELAY_SAMPLES);
    int32_t values[ISO_INDEPENDENT_LEADS];

    if (sample_index != conditioner->expected_index) {
        iso_conditioner_gap(conditioner, sample_index - conditioner->expected_index);
    }
    conditioner->expected_index = sample_index + 1;
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        values[lead] = held(microvolt[lead]);
    }
    watch_saturation(conditioner, values);
    iso_mains_push(&conditioner->mains, values);
    if (conditioner->age == 0) {
        iso_pacer_prime(&conditioner->pacer, values);
    }
    conditioner->spike = iso_pacer_push(&conditioner->pacer, values, values);
    conditioner->spike_index = sample_index - ISO_PACER_REACH;

    const uint16_t age = conditioner->age;

    if (age < delay) {
        conditioner->age++;
    }
    if (age < ISO_PACER_DELAY_SAMPLES) {
        return false;
    }
    remove_baseline(conditioner, sample_index - ISO_PACER_DELAY_SAMPLES,
                    age == ISO_PACER_DELAY_SAMPLES, values);
    if (age < before_lowpass) {
        return false;
    }
    if (age == before_lowpass) {
        iso_lowpass_prime(&conditioner->lowpass, values);
    }
    iso_lowpass_push(&conditioner->lowpass, values, out->microvolt);
    out->sample_index = sample_index - delay;
    return age == delay;
}

void iso_conditioner_gap(iso_conditioner *conditioner, uint32_t missing_samples) {
    if (missing_samples == 0) {
        return;
    }
    iso_mains_gap(&conditioner->mains, missing_samples);
    conditioner->age = 0;
    conditioner->spike = false;
    conditioner->expected_index += missing_samples;
}

bool iso_conditioner_spike(const iso_conditioner *conditioner, uint32_t *sample_index) {
    *sample_index = conditioner->spike_index;
    return conditioner->spike;
}

uint8_t iso_conditioner_saturated(const iso_conditioner *conditioner) {
    /* A saturated sample reaches outputs up to half of the low-pass after it. */
    const uint32_t reach = iso_conditioner_delay_samples(conditioner) + ISO_LOWPASS_DELAY_SAMPLES;
    unsigned mask = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        if (conditioner->since_saturated[lead] <= reach) {
            mask |= 1u << lead;
        }
    }
    return (uint8_t)mask;
}

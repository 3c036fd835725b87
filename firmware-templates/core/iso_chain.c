#include "iso_chain.h"

static int32_t clamp(int32_t microvolt) {
    if (microvolt > ISO_CHAIN_INPUT_LIMIT_MICROVOLT) {
        return ISO_CHAIN_INPUT_LIMIT_MICROVOLT;
    }
    return microvolt < -ISO_CHAIN_INPUT_LIMIT_MICROVOLT ? -ISO_CHAIN_INPUT_LIMIT_MICROVOLT
                                                        : microvolt;
}

void iso_chain_init(iso_chain *chain) {
    chain->primed = false;
    chain->expected_index = 0;
    chain->first_index = 0;
}

bool iso_chain_push(iso_chain *chain, uint32_t sample_index,
                    const int32_t microvolt[ISO_INDEPENDENT_LEADS], iso_chain_sample *out) {
    int32_t values[ISO_INDEPENDENT_LEADS];

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        values[lead] = clamp(microvolt[lead]);
    }

    /* Index 0 is either the first sample or the wrap of the clock; both begin anew. */
    if (!chain->primed || sample_index != chain->expected_index || sample_index == 0) {
        iso_decimate_prime(&chain->decimate, values);
        iso_baseline_prime(&chain->baseline, values);
        chain->first_index = sample_index;
        chain->primed = true;
    } else {
        iso_decimate_push(&chain->decimate, values);
    }
    chain->expected_index = sample_index + 1;

    if (sample_index % ISO_CHAIN_FACTOR != 0) {
        return false;
    }
    iso_decimate_read(&chain->decimate, values);
    iso_baseline_push(&chain->baseline, values, out->microvolt);
    if (sample_index - chain->first_index < ISO_CHAIN_DELAY_SAMPLES) {
        return false;
    }
    out->sample_index = sample_index - ISO_CHAIN_DELAY_SAMPLES;
    return true;
}

void iso_chain_gap(iso_chain *chain, uint32_t missing_samples) {
    if (missing_samples == 0) {
        return;
    }
    chain->primed = false;
    chain->expected_index += missing_samples;
}

#include "iso_ads1298.h"

/* LOFF_STATP, bit of the channel, is the channel's own electrode. */
static const uint8_t positive_electrode[ISO_INDEPENDENT_LEADS] = {
    [ISO_INDEPENDENT_I] = ISO_ELECTRODE_LA,  [ISO_INDEPENDENT_II] = ISO_ELECTRODE_LL,
    [ISO_INDEPENDENT_V1] = ISO_ELECTRODE_V1, [ISO_INDEPENDENT_V2] = ISO_ELECTRODE_V2,
    [ISO_INDEPENDENT_V3] = ISO_ELECTRODE_V3, [ISO_INDEPENDENT_V4] = ISO_ELECTRODE_V4,
    [ISO_INDEPENDENT_V5] = ISO_ELECTRODE_V5, [ISO_INDEPENDENT_V6] = ISO_ELECTRODE_V6,
};

static int32_t code_of(const uint8_t bytes[3]) {
    const int32_t magnitude =
        (int32_t)((uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2]);
    return magnitude > ADS1298_CODE_MAX ? magnitude - (1 << 24) : magnitude;
}

bool iso_ads1298_parse(const uint8_t bytes[ADS1298_DATA_BYTES], iso_ads1298_conversion *out) {
    if ((bytes[0] & 0xF0u) != ADS1298_STATUS_MARK ||
        (bytes[2] & 0x0Fu) != ISO_ADS1298_STATUS_PATTERN) {
        return false;
    }
    const unsigned positive = ((unsigned)bytes[0] << 4 | (unsigned)bytes[1] >> 4) & 0xFFu;
    const unsigned negative = ((unsigned)bytes[1] << 4 | (unsigned)bytes[2] >> 4) & 0xFFu;
    unsigned off = 0u;
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        const uint8_t lead = iso_ads1298_lead_of_channel[channel];
        if ((positive >> channel & 1u) != 0u) {
            off |= 1u << positive_electrode[lead];
        }
        if (lead == ISO_INDEPENDENT_I && (negative >> channel & 1u) != 0u) {
            off |= 1u << ISO_ELECTRODE_RA;
        }
        out->code[channel] = code_of(&bytes[ADS1298_STATUS_BYTES + 3u * channel]);
    }
    out->contact.measured = (1u << ISO_ELECTRODES) - 1u;
    out->contact.off = (uint16_t)off;
    return true;
}

int32_t iso_ads1298_microvolt(int32_t code) {
    /* One code is reference / gain / (2^23 - 1) [9.4.4.1]. */
    const int64_t scaled = (int64_t)code * ISO_ADS1298_RAIL_MICROVOLT;
    const int64_t half = ADS1298_CODE_MAX / 2;
    return (int32_t)((scaled + (scaled < 0 ? -half : half)) / ADS1298_CODE_MAX);
}

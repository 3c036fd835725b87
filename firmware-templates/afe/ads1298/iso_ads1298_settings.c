#include "iso_ads1298.h"

/*
 * One electrode per input, as board files give it: the channel of I has LA on its positive and RA
 * on its negative input, that of II has LL and RA, each chest channel its electrode and the
 * Wilson terminal, which the chip's three amplifiers make of LA, RA and LL. Those must lie on
 * channels 1 to 4 (the board file is checked for it). The right leg is driven by the mean of the
 * same three.
 */

const uint8_t iso_ads1298_lead_of_channel[ADS1298_CHANNELS] = ISO_BOARD_AFE_LEAD_OF_CHANNEL;

static uint8_t channel_of(unsigned lead) {
    uint8_t channel = 0u;
    while (channel + 1u < ADS1298_CHANNELS && iso_ads1298_lead_of_channel[channel] != lead) {
        channel += 1u;
    }
    return channel;
}

/* GAINn [9.6.1.6] is not the gain: 6 is code 0. */
static uint8_t gain_code(unsigned gain) {
    switch (gain) {
    case 1:
        return 1u;
    case 2:
        return 2u;
    case 3:
        return 3u;
    case 4:
        return 4u;
    case 8:
        return 5u;
    case 12:
        return 6u;
    default:
        return 0u;
    }
}

static uint8_t data_rate(void) {
    switch (ISO_ADS1298_FACTOR) {
    case 4:
        return ADS1298_CONFIG1_2000_HZ;
    case 2:
        return ADS1298_CONFIG1_1000_HZ;
    default:
        return ADS1298_CONFIG1_500_HZ;
    }
}

void iso_ads1298_settings(iso_ads1298_purpose purpose, uint8_t registers[ADS1298_REGISTERS]) {
    const uint8_t limb_i = channel_of(ISO_INDEPENDENT_I);
    const uint8_t limb_ii = channel_of(ISO_INDEPENDENT_II);
    const bool test = purpose == ISO_ADS1298_SELF_TEST;
    for (unsigned address = 0; address < ADS1298_REGISTERS; address += 1u) {
        registers[address] = 0u;
    }
    registers[ADS1298_ID] = ADS1298_ID_VALUE;
    registers[ADS1298_CONFIG1] =
        (uint8_t)(ADS1298_CONFIG1_HIGH_RESOLUTION | ADS1298_CONFIG1_READ_BACK | data_rate());
    registers[ADS1298_CONFIG2] =
        test ? ADS1298_CONFIG2_INTERNAL_TEST | ADS1298_CONFIG2_TEST_2_HZ : 0u;
    registers[ADS1298_CONFIG3] =
        (uint8_t)(ADS1298_CONFIG3_REFERENCE_ON | ADS1298_CONFIG3_ALWAYS |
                  ADS1298_CONFIG3_LEG_REFERENCE_INTERNAL | ADS1298_CONFIG3_LEG_ON |
                  ADS1298_CONFIG3_LEG_OFF_SENSE |
                  (ISO_BOARD_AFE_REFERENCE_MILLIVOLT == 4000 ? ADS1298_CONFIG3_REFERENCE_4V : 0u));
    registers[ADS1298_LOFF] = ADS1298_LOFF_DIRECT_6_NA;
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        registers[ADS1298_CH1SET + channel] =
            (uint8_t)((unsigned)gain_code(ISO_BOARD_AFE_GAIN) << ADS1298_CHANNEL_GAIN_SHIFT |
                      (test ? ADS1298_CHANNEL_TEST_SIGNAL : 0u));
    }
    const uint8_t bit_i = (uint8_t)(1u << limb_i);
    const uint8_t bit_ii = (uint8_t)(1u << limb_ii);
    registers[ADS1298_RLD_SENSP] = bit_i | bit_ii; /* LA, LL */
    registers[ADS1298_RLD_SENSN] = bit_i;          /* RA */
    registers[ADS1298_LOFF_SENSP] = 0xFFu;
    registers[ADS1298_LOFF_SENSN] = bit_i;
    registers[ADS1298_GPIO] = ISO_ADS1298_STATUS_PATTERN << 4u;
    registers[ADS1298_CONFIG4] = ADS1298_CONFIG4_LEAD_OFF_COMPARATORS;
    /* The inputs of an amplifier: 2 (channel - 1), and one more for the negative one. */
    const unsigned arm_left = 2u * limb_i;
    const unsigned arm_right = arm_left + 1u;
    const unsigned leg_left = 2u * limb_ii;
    registers[ADS1298_WCT1] = (uint8_t)(ADS1298_WCT1_A_ON | arm_left);
    registers[ADS1298_WCT2] = (uint8_t)(ADS1298_WCT2_B_ON | ADS1298_WCT2_C_ON |
                                        leg_left << ADS1298_WCT2_B_SHIFT | arm_right);
}

uint8_t iso_ads1298_fixed_bits(uint8_t address) {
    switch (address) {
    case ADS1298_ID:
        return ADS1298_ID_MASK;
    case ADS1298_CONFIG2:
        /* Bit 6 is given as set after a reset and as always zero; chips differ. */
        return 0x37u;
    case ADS1298_CONFIG3:
        return (uint8_t)~ADS1298_CONFIG3_LEG_IS_OFF;
    case ADS1298_LOFF_STATP:
    case ADS1298_LOFF_STATN:
        return 0u;
    case ADS1298_GPIO:
        return 0x0Fu; /* the data bits read the pins; they are checked in every status word */
    default:
        return 0xFFu;
    }
}

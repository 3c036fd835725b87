#include "ads1298_model.h"

#include <math.h>
#include <string.h>

#include "../iso_ads1298_registers.h"
#include "iso_board.h"
#include "iso_lead_off.h"
#include "iso_leads.h"

#define CLOCK_HZ 2048000.0
#define POWER_UP_CLOCKS 262144.0 /* 2^18 */
#define RESET_CLOCKS 18.0
#define DECODE_CLOCKS 4.0     /* between bytes, and before chip select goes high */
#define DESELECTED_CLOCKS 2.0 /* least */
#define SETTLE_CONVERSIONS 4  /* of the digital filter after START */
#define PI 3.14159265358979323846
/* Where the lead-off current takes an input without electrode: beyond any scale. */
#define OPEN_INPUT_MICROVOLT 1200000.0
#define NO_ELECTRODE (-1)

static const uint8_t lead_of_channel[ADS1298_CHANNELS] = ISO_BOARD_AFE_LEAD_OF_CHANNEL;

/* Reset values, table 16 of the data sheet. */
static const uint8_t reset_values[ADS1298_REGISTERS] = {
    [ADS1298_ID] = 0x92,      [ADS1298_CONFIG1] = 0x06, [ADS1298_CONFIG2] = 0x40,
    [ADS1298_CONFIG3] = 0x40, [ADS1298_GPIO] = 0x0F,
};

typedef struct {
    unsigned address;
    size_t left;     /* registers still to come */
    bool count_next; /* the second byte of RREG and WREG */
    bool writing;
    size_t data_next; /* byte of the data; ADS1298_DATA_BYTES: none */
} decoder;

static struct {
    int64_t now_ns;
    decoder decoder;
    bool selected;
    int64_t byte_ns; /* when the last byte ended; -1: none since chip select */
    int64_t deselected_ns;
    double level[MODEL_ELECTRODES];
    double sine[MODEL_ELECTRODES];
    double hertz[MODEL_ELECTRODES];
    unsigned off;
    uint8_t registers[ADS1298_REGISTERS];
    uint8_t data[ADS1298_DATA_BYTES];
    bool powered;
    bool in_reset;
    bool started;
    bool continuous;
    int64_t ready_for_commands_ns;
    int64_t next_conversion_ns;
    int32_t bad_status;
    int32_t no_ready;
    int32_t flip_every;
    uint32_t bytes_read;
    bool dead;
    bool no_edges;
    int32_t weak_channel;
    double clock_error;
    uint8_t other_id;
    uint32_t violations;
} chip = {.next_conversion_ns = INT64_MAX, .byte_ns = -1};

static double clocks_ns(double clocks) {
    return clocks / (CLOCK_HZ * (1.0 + chip.clock_error)) * 1e9;
}

/* --- the patient --- */

void model_set_electrode(unsigned electrode, double microvolt, double sine_microvolt,
                         double hertz) {
    chip.level[electrode] = microvolt;
    chip.sine[electrode] = sine_microvolt;
    chip.hertz[electrode] = hertz;
}

void model_set_off(unsigned electrodes) {
    chip.off = electrodes;
}

static int positive_of(unsigned channel) {
    static const int8_t electrode[ISO_INDEPENDENT_LEADS] = {
        ISO_ELECTRODE_LA, ISO_ELECTRODE_LL, ISO_ELECTRODE_V1, ISO_ELECTRODE_V2,
        ISO_ELECTRODE_V3, ISO_ELECTRODE_V4, ISO_ELECTRODE_V5, ISO_ELECTRODE_V6};
    return electrode[lead_of_channel[channel]];
}

/* Chest leads have the Wilson terminal there. */
static int negative_of(unsigned channel) {
    return lead_of_channel[channel] <= ISO_INDEPENDENT_II ? ISO_ELECTRODE_RA : NO_ELECTRODE;
}

static double potential(int electrode, double open) {
    if ((chip.off >> electrode & 1u) != 0u) {
        return open;
    }
    const double t = (double)chip.now_ns * 1e-9;
    return chip.level[electrode] + chip.sine[electrode] * sin(2.0 * PI * chip.hertz[electrode] * t);
}

static double input(unsigned selected) {
    const unsigned channel = selected / 2u;
    const int electrode = selected % 2u == 0u ? positive_of(channel) : negative_of(channel);
    return electrode == NO_ELECTRODE
               ? 0.0
               : potential(electrode,
                           selected % 2u == 0u ? OPEN_INPUT_MICROVOLT : -OPEN_INPUT_MICROVOLT);
}

static double wilson(void) {
    const uint8_t wct1 = chip.registers[ADS1298_WCT1];
    const uint8_t wct2 = chip.registers[ADS1298_WCT2];
    double sum = 0.0;
    int count = 0;
    if ((wct1 & 0x08u) != 0u) {
        sum += input(wct1 & 7u);
        count++;
    }
    if ((wct2 & 0x40u) != 0u) {
        sum += input(wct2 >> 3 & 7u);
        count++;
    }
    if ((wct2 & 0x80u) != 0u) {
        sum += input(wct2 & 7u);
        count++;
    }
    return count == 0 ? 0.0 : sum / count;
}

/* --- conversions --- */

static double conversion_ns(void) {
    const unsigned rate = chip.registers[ADS1298_CONFIG1] & 7u;
    const bool high = (chip.registers[ADS1298_CONFIG1] & 0x80u) != 0u;
    return clocks_ns((high ? 64.0 : 128.0) * (double)(1u << rate));
}

static double reference_microvolt(void) {
    return (chip.registers[ADS1298_CONFIG3] & 0x20u) != 0u ? 4.0e6 : 2.4e6;
}

static double test_signal(void) {
    const uint8_t config2 = chip.registers[ADS1298_CONFIG2];
    if ((config2 & 0x10u) == 0u) {
        return 0.0; /* an external signal that nobody connects */
    }
    const double amplitude = reference_microvolt() / 2400.0 * ((config2 & 4u) != 0u ? 2.0 : 1.0);
    if ((config2 & 3u) == 3u) {
        return amplitude;
    }
    const double period = clocks_ns((config2 & 1u) != 0u ? 1048576.0 : 2097152.0);
    return fmod((double)chip.now_ns, period) < period / 2.0 ? amplitude : -amplitude;
}

static double difference(unsigned channel) {
    const uint8_t set = chip.registers[ADS1298_CH1SET + channel];
    if ((set & 0x80u) != 0u) {
        return 0.0;
    }
    switch (set & 7u) {
    case 0: {
        const int negative = negative_of(channel);
        return potential(positive_of(channel), OPEN_INPUT_MICROVOLT) -
               (negative == NO_ELECTRODE ? wilson() : potential(negative, -OPEN_INPUT_MICROVOLT));
    }
    case 5:
        return test_signal();
    default:
        return 0.0; /* shorted; the others are not used */
    }
}

static int32_t convert(unsigned channel) {
    static const double gains[8] = {6, 1, 2, 3, 4, 8, 12, 6};
    double gain = gains[chip.registers[ADS1298_CH1SET + channel] >> 4 & 7u];
    if (chip.weak_channel == (int32_t)channel + 1) {
        gain /= 2.0;
    }
    if ((chip.registers[ADS1298_CONFIG3] & 0x80u) == 0u) {
        return 0; /* no reference */
    }
    const double code = difference(channel) * gain / reference_microvolt() * ADS1298_CODE_MAX;
    if (code >= ADS1298_CODE_MAX) {
        return ADS1298_CODE_MAX;
    }
    return code <= ADS1298_CODE_MIN ? ADS1298_CODE_MIN : (int32_t)lround(code);
}

static bool comparators_on(void) {
    return (chip.registers[ADS1298_CONFIG4] & 2u) != 0u &&
           (chip.registers[ADS1298_LOFF] & 3u) == 3u;
}

static void watch_electrodes(void) {
    unsigned positive = 0u;
    unsigned negative = 0u;
    for (unsigned channel = 0; comparators_on() && channel < ADS1298_CHANNELS; channel++) {
        const int minus = negative_of(channel);
        positive |= (chip.off >> positive_of(channel) & 1u) << channel;
        negative |= (minus == NO_ELECTRODE ? 0u : chip.off >> minus & 1u) << channel;
    }
    chip.registers[ADS1298_LOFF_STATP] = (uint8_t)(positive & chip.registers[ADS1298_LOFF_SENSP]);
    chip.registers[ADS1298_LOFF_STATN] = (uint8_t)(negative & chip.registers[ADS1298_LOFF_SENSN]);
    const bool leg_sense = (chip.registers[ADS1298_CONFIG3] & 2u) != 0u;
    chip.registers[ADS1298_CONFIG3] &= 0xFEu;
    chip.registers[ADS1298_CONFIG3] |= leg_sense && (chip.off >> MODEL_RL & 1u) != 0u ? 1u : 0u;
}

static void make_data(void) {
    watch_electrodes();
    const uint8_t p = chip.registers[ADS1298_LOFF_STATP];
    const uint8_t n = chip.registers[ADS1298_LOFF_STATN];
    const uint8_t gpio = chip.registers[ADS1298_GPIO];
    const uint8_t mark = chip.bad_status > 0 ? 0x30u : 0xC0u;
    chip.bad_status -= chip.bad_status > 0 ? 1 : 0;
    chip.data[0] = (uint8_t)(mark | p >> 4);
    chip.data[1] = (uint8_t)((p & 15u) << 4 | n >> 4);
    /* Pins that are inputs float high here. */
    chip.data[2] = (uint8_t)((n & 15u) << 4 | ((gpio >> 4 & ~gpio) | (gpio & 15u)));
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel++) {
        const uint32_t code = (uint32_t)convert(channel);
        chip.data[3u + 3u * channel] = (uint8_t)(code >> 16);
        chip.data[4u + 3u * channel] = (uint8_t)(code >> 8);
        chip.data[5u + 3u * channel] = (uint8_t)code;
    }
}

int64_t model_now_ns(void) {
    return chip.now_ns;
}

int64_t model_next_ready_ns(void) {
    return chip.next_conversion_ns;
}

void model_run_until_ns(int64_t time_ns, void (*data_ready)(void)) {
    while (chip.next_conversion_ns <= time_ns) {
        chip.now_ns = chip.next_conversion_ns;
        chip.next_conversion_ns += (int64_t)conversion_ns();
        make_data();
        if (chip.no_ready > 0) {
            chip.no_ready--;
        } else if (!chip.no_edges && !chip.dead) {
            data_ready();
        }
    }
    chip.now_ns = time_ns;
}

/* --- pins and bus --- */

static void reset(double clocks) {
    memcpy(chip.registers, reset_values, sizeof chip.registers);
    chip.registers[ADS1298_ID] = chip.other_id != 0u ? chip.other_id : reset_values[ADS1298_ID];
    chip.continuous = true;
    chip.no_edges = false;
    chip.ready_for_commands_ns = chip.now_ns + (int64_t)clocks_ns(clocks);
}

static void start(bool on) {
    if (on && !chip.started) {
        chip.next_conversion_ns = chip.now_ns + (int64_t)(SETTLE_CONVERSIONS * conversion_ns());
    }
    if (!on) {
        chip.next_conversion_ns = INT64_MAX;
    }
    chip.started = on;
}

void model_pin_reset(bool high) {
    if (high && chip.in_reset) {
        reset(RESET_CLOCKS);
    }
    chip.in_reset = !high;
}

void model_pin_power_down(bool high) {
    if (high && !chip.powered) {
        reset(POWER_UP_CLOCKS);
    }
    chip.powered = high;
}

void model_pin_start(bool high) {
    start(high);
}

void model_break(model_fault fault, int32_t how_much) {
    switch (fault) {
    case MODEL_BAD_STATUS:
        chip.bad_status = how_much;
        break;
    case MODEL_NO_READY:
        chip.no_ready = how_much;
        break;
    case MODEL_FLIP_BITS:
        chip.flip_every = how_much;
        break;
    case MODEL_LOSE_REGISTERS:
        reset(0.0);
        break;
    case MODEL_DEAD:
        chip.dead = how_much != 0;
        break;
    case MODEL_WEAK_CHANNEL:
        chip.weak_channel = how_much;
        break;
    case MODEL_STOP_READY:
        chip.no_edges = true;
        break;
    case MODEL_CLOCK_PPM:
        chip.clock_error = how_much * 1e-6;
        break;
    case MODEL_OTHER_CHIP:
        chip.other_id = (uint8_t)how_much;
        break;
    }
}

static bool is_read_only(unsigned address) {
    return address == ADS1298_ID || address == ADS1298_LOFF_STATP || address == ADS1298_LOFF_STATN;
}

static void decode(decoder *state, uint8_t byte) {
    if (state->count_next) {
        state->count_next = false;
        state->left = (byte & 31u) + 1u;
    } else if (state->left > 0u && state->writing) {
        if (state->address < ADS1298_REGISTERS && !is_read_only(state->address)) {
            chip.registers[state->address] = byte;
        }
        state->address++;
        state->left--;
    } else if ((byte & 0xE0u) == ADS1298_RREG || (byte & 0xE0u) == ADS1298_WREG) {
        chip.violations += chip.continuous ? 1u : 0u;
        state->address = byte & 31u;
        state->writing = (byte & 0xE0u) == ADS1298_WREG;
        state->count_next = !chip.continuous;
    } else if (byte == ADS1298_SDATAC) {
        chip.continuous = false;
    } else if (byte == 0x10u) {
        chip.continuous = true;
    } else if (byte == ADS1298_RDATA) {
        state->data_next = 0u;
    } else if (byte == ADS1298_RESET) {
        reset(RESET_CLOCKS);
    } else if (byte == 0x08u || byte == 0x0Au) {
        start(byte == 0x08u);
    }
}

static uint8_t answer(decoder *state) {
    if (state->data_next < ADS1298_DATA_BYTES) {
        return chip.data[state->data_next++];
    }
    if (state->left > 0u && !state->writing) {
        state->left--;
        const unsigned address = state->address++;
        return address < ADS1298_REGISTERS ? chip.registers[address] : 0u;
    }
    return 0u;
}

static uint8_t on_the_line(uint8_t byte) {
    chip.bytes_read++;
    if (chip.flip_every > 0 && chip.bytes_read % (uint32_t)chip.flip_every == 0u) {
        return (uint8_t)(byte ^ 1u << (chip.bytes_read / (uint32_t)chip.flip_every % 8u));
    }
    return byte;
}

static bool answers(void) {
    return chip.selected && !chip.dead && chip.powered && !chip.in_reset;
}

static void expect_ns(int64_t since_ns, double least_ns) {
    chip.violations += (double)(chip.now_ns - since_ns) < least_ns ? 1u : 0u;
}

void model_select(bool selected) {
    if (selected == chip.selected) {
        return;
    }
    chip.selected = selected;
    if (selected) {
        chip.violations += answers() && chip.now_ns < chip.ready_for_commands_ns ? 1u : 0u;
        expect_ns(chip.deselected_ns, clocks_ns(DESELECTED_CLOCKS));
        chip.decoder = (decoder){.data_next = chip.continuous ? 0u : ADS1298_DATA_BYTES};
    } else {
        expect_ns(chip.byte_ns, chip.byte_ns < 0 ? 0.0 : clocks_ns(DECODE_CLOCKS));
        chip.deselected_ns = chip.now_ns;
    }
    chip.byte_ns = -1;
}

uint8_t model_byte(uint8_t out) {
    decoder *state = &chip.decoder;
    if (!answers()) {
        return 0xFFu;
    }
    expect_ns(chip.byte_ns, chip.byte_ns < 0 ? 0.0 : clocks_ns(DECODE_CLOCKS));
    chip.byte_ns = chip.now_ns;
    const bool busy =
        state->data_next < ADS1298_DATA_BYTES || (state->left > 0u && !state->writing);
    const uint8_t in = on_the_line(answer(state));
    if (!busy || chip.continuous) {
        decode(state, out);
    }
    return in;
}

uint32_t model_violations(void) {
    return chip.violations;
}

#include "iso_afe.h"

#include "iso_ads1298_bus.h"
#include "iso_hal.h"
#include "iso_hal_spi.h"

#include <stddef.h>
#include <string.h>

/*
 * A front end of an ADS1298: power-up, self-test, acquisition, and again from the reset when the
 * chip falls silent, loses its settings or talks nonsense. Nothing here waits: each call of poll
 * does what is due. While the chip is away its samples are told as gaps, half a second at a time,
 * so that the host's clock of samples goes on.
 *
 * Self-test, once after power-up: the chip's own square wave of +-reference / 2400 (1 mV) on all
 * channels for one period, 0.512 s. Its root mean square must be right within 5 % (the chip
 * promises 2 %); a swing would see the overshoot of the filters.
 *
 * Electrodes give up to 300 mV of direct voltage, the wire carries 32 mV. A lead's first value is
 * its offset and is subtracted; the offset moves only when the lead stays more than 16 mV away for
 * a quarter of a second, which no ECG does. No filter: what follows filters as on every front end.
 */

#define SELF_TEST_SETTLE_SAMPLES 40u
#define SELF_TEST_SAMPLES 256u
#define SELF_TEST_MICROVOLT (ISO_BOARD_AFE_REFERENCE_MILLIVOLT * 1000 / 2400)
#define SELF_TEST_TOLERANCE_PERCENT 5
/* ADS1298_CONFIG2_TEST_2_HZ: 2^20 periods of the clock of which conversions are made too. */
#define TEST_PERIOD_SAMPLES 256u
#define SILENCE_MILLISECONDS 50u
#define RETRY_MILLISECONDS 1000u
#define GAP_SAMPLES (ISO_ADS1298_OUTPUT_HZ / 2u)
#define OFFSET_REACH_MICROVOLT 16000
#define OFFSET_SAMPLES (ISO_ADS1298_OUTPUT_HZ / 4u)

enum phase { POWER_UP, RESET, RELEASE, SETTLE, SELF_TEST, RUNNING, WAIT_TO_RETRY };

enum complaint {
    NO_CHIP,
    SILENT,
    LOST_SETTINGS,
    BAD_STATUS,
    STUCK,
    LEG_OFF,
    OVERFLOW,
    TEST_CHANNEL_1,
    COMPLAINTS = TEST_CHANNEL_1 + 8
};

static const char *const complaint_text[COMPLAINTS] = {
    "front end: no ADS1298 answers, or its registers do not hold; tried again every second",
    "front end: the ADS1298 fell silent (no data ready for 50 ms); it is started again",
    "front end: the ADS1298 lost its settings (a dip of its supply?); it is started again",
    "front end: the ADS1298 sends wrong status words; it is started again",
    "front end: exchanges on the SPI bus do not end; bus and ADS1298 are started again",
    "front end: the right-leg electrode has no contact",
    "front end: samples were lost because the application was busy for more than half a second",
    "front end: self-test, channel 1 does not show the test signal",
    "front end: self-test, channel 2 does not show the test signal",
    "front end: self-test, channel 3 does not show the test signal",
    "front end: self-test, channel 4 does not show the test signal",
    "front end: self-test, channel 5 does not show the test signal",
    "front end: self-test, channel 6 does not show the test signal",
    "front end: self-test, channel 7 does not show the test signal",
    "front end: self-test, channel 8 does not show the test signal",
};

typedef struct {
    int32_t offset;
    int32_t far_sum; /* microvolt from the offset, while it is out of reach */
    uint16_t far_samples;
    bool known;
} centre;

static struct {
    enum phase phase;
    uint32_t phase_tick;
    uint32_t phase_ticks; /* until the next one, where it ends by time */
    bool tested;
    bool test_wanted; /* by the host */
    bool test_is_on;  /* in the ring */
    uint32_t test_seen;
    int64_t test_sum[ADS1298_CHANNELS];
    int64_t test_squares[ADS1298_CHANNELS];
    uint32_t expected_index;
    uint32_t expected_tick; /* when it is due */
    bool has_run;
    bool any_since_start; /* samples of the chip */
    bool told_of_chip;    /* that it does not answer, once until it does */
    bool leg_is_off;
    uint32_t overflow_told;
    uint32_t complaints; /* bits */
    centre centres[ISO_INDEPENDENT_LEADS];
    iso_afe_counters counters;
} front_end;

static void complain(enum complaint what) {
    front_end.complaints |= 1u << (unsigned)what;
}

static uint32_t ticks_of(uint32_t milliseconds) {
    return (uint32_t)((uint64_t)iso_hal_ticks_per_second * milliseconds / 1000u);
}

static void enter(enum phase phase, uint32_t milliseconds) {
    front_end.phase = phase;
    front_end.phase_tick = iso_hal_ticks();
    front_end.phase_ticks = ticks_of(milliseconds);
}

static bool phase_over(void) {
    return iso_hal_ticks() - front_end.phase_tick >= front_end.phase_ticks;
}

static void begin_reset(void) {
    iso_ads1298_bus_stop();
    iso_hal_afe_write_pin(ISO_HAL_AFE_START, false);
    iso_hal_afe_write_pin(ISO_HAL_AFE_RESET, false);
    enter(RESET, ADS1298_RESET_MILLISECONDS);
}

void iso_afe_init(void) {
    iso_hal_spi_init(ADS1298_MOST_BUS_HZ);
    iso_hal_afe_write_pin(ISO_HAL_AFE_POWER_DOWN, true);
    iso_hal_afe_write_pin(ISO_HAL_AFE_RESET, true);
    enter(POWER_UP, ADS1298_POWER_UP_MILLISECONDS);
}

int32_t iso_afe_rail_microvolt(void) {
    return ISO_ADS1298_RAIL_MICROVOLT;
}

bool iso_afe_is_live(void) {
    return true;
}

const char *iso_afe_take_complaint(void) {
    for (unsigned what = 0; what < COMPLAINTS; what += 1u) {
        if ((front_end.complaints >> what & 1u) != 0u) {
            front_end.complaints &= ~(1u << what);
            return complaint_text[what];
        }
    }
    return NULL;
}

/* --- start --- */

/* At once where the chip had been well, else after a while and without saying so again. */
static void give_up(enum complaint why) {
    if (!front_end.told_of_chip) {
        complain(why);
    }
    front_end.told_of_chip = true;
    iso_ads1298_bus_stop();
    enter(WAIT_TO_RETRY, front_end.any_since_start ? 0u : RETRY_MILLISECONDS);
    front_end.any_since_start = false;
}

static void chip_is_well(void) {
    front_end.any_since_start = true;
    front_end.told_of_chip = false;
}

static bool test_is_due(void) {
    return !front_end.tested || front_end.test_wanted;
}

static void configure(void) {
    uint8_t registers[ADS1298_REGISTERS];
    iso_ads1298_settings(test_is_due() ? ISO_ADS1298_SELF_TEST : ISO_ADS1298_MEASURE, registers);
    if (!iso_ads1298_bus_configure(registers)) {
        give_up(NO_CHIP);
        return;
    }
    enter(SETTLE, ADS1298_REFERENCE_MILLISECONDS);
}

/* Samples that time says are over since the last one that was told. */
static uint32_t samples_due(void) {
    const uint32_t late = iso_hal_ticks() - front_end.expected_tick;
    if ((int32_t)late < 0) {
        return 0u;
    }
    return (uint32_t)((uint64_t)late * ISO_ADS1298_OUTPUT_HZ / iso_hal_ticks_per_second);
}

static void begin_to_listen(void) {
    const bool measuring = front_end.tested;
    if (measuring && !front_end.has_run) {
        front_end.has_run = true;
        front_end.expected_tick = iso_hal_ticks();
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead += 1u) {
        front_end.centres[lead].known = false;
    }
    memset(front_end.test_sum, 0, sizeof front_end.test_sum);
    memset(front_end.test_squares, 0, sizeof front_end.test_squares);
    front_end.test_seen = 0u;
    front_end.test_is_on = test_is_due();
    enter(measuring ? RUNNING : SELF_TEST, 0u);
    iso_ads1298_bus_listen(measuring ? front_end.expected_index + samples_due() : 0u);
    iso_hal_afe_write_pin(ISO_HAL_AFE_START, true);
}

static void judge_self_test(void) {
    const int64_t count = SELF_TEST_SAMPLES;
    const int64_t low = SELF_TEST_MICROVOLT * (100 - SELF_TEST_TOLERANCE_PERCENT) / 100;
    const int64_t high = SELF_TEST_MICROVOLT * (100 + SELF_TEST_TOLERANCE_PERCENT) / 100;
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        const int64_t sum = front_end.test_sum[channel];
        /* count^2 times the variance */
        const int64_t spread = count * front_end.test_squares[channel] - sum * sum;
        if (spread < count * count * low * low || spread > count * count * high * high) {
            complain((enum complaint)((unsigned)TEST_CHANNEL_1 + channel));
        }
    }
}

static void self_test_step(void) {
    const iso_ads1298_sample *sample = iso_ads1298_bus_peek();
    if (sample == NULL) {
        return;
    }
    chip_is_well();
    const bool settled = front_end.test_seen >= SELF_TEST_SETTLE_SAMPLES;
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        const int64_t value = settled ? iso_ads1298_microvolt(sample->code[channel]) : 0;
        front_end.test_sum[channel] += value;
        front_end.test_squares[channel] += value * value;
    }
    iso_ads1298_bus_take();
    front_end.test_seen += 1u;
    if (front_end.test_seen == SELF_TEST_SETTLE_SAMPLES + SELF_TEST_SAMPLES) {
        judge_self_test();
        front_end.tested = true;
        begin_reset();
    }
}

/* --- acquisition --- */

static int32_t centred(centre *of, int32_t microvolt, bool at_rail) {
    if (at_rail) {
        of->known = false;
        return microvolt < 0 ? -ISO_ADS1298_RAIL_MICROVOLT : ISO_ADS1298_RAIL_MICROVOLT;
    }
    if (!of->known) {
        *of = (centre){.offset = microvolt, .known = true};
    }
    const int32_t away = microvolt - of->offset;
    if (away <= OFFSET_REACH_MICROVOLT && away >= -OFFSET_REACH_MICROVOLT) {
        of->far_samples = 0u;
        of->far_sum = 0;
        return away;
    }
    of->far_sum += away;
    of->far_samples = (uint16_t)(of->far_samples + 1u);
    if (of->far_samples == OFFSET_SAMPLES) {
        of->offset += of->far_sum / (int32_t)OFFSET_SAMPLES;
        of->far_samples = 0u;
        of->far_sum = 0;
    }
    return away;
}

static iso_afe_event_kind gap(uint32_t samples, iso_afe_event *out) {
    out->sample_index = front_end.expected_index;
    out->missing_samples = samples;
    front_end.expected_index += samples;
    front_end.expected_tick +=
        (uint32_t)((uint64_t)samples * iso_hal_ticks_per_second / ISO_ADS1298_OUTPUT_HZ);
    front_end.counters.samples_missing += samples;
    return ISO_AFE_GAP;
}

static iso_afe_event_kind deliver(const iso_ads1298_sample *sample, iso_afe_event *out) {
    if (sample->sample_index != front_end.expected_index) {
        return gap(sample->sample_index - front_end.expected_index, out);
    }
    chip_is_well();
    out->sample_index = sample->sample_index;
    out->device_tick = sample->tick;
    out->contact.measured = (1u << ISO_ELECTRODES) - 1u;
    out->contact.off = sample->off;
    out->test_signal = front_end.test_is_on;
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        const uint8_t lead = iso_ads1298_lead_of_channel[channel];
        out->microvolt[lead] =
            centred(&front_end.centres[lead], iso_ads1298_microvolt(sample->code[channel]),
                    (sample->at_rail >> channel & 1u) != 0u);
    }
    front_end.expected_tick = sample->tick + iso_hal_ticks_per_second / ISO_ADS1298_OUTPUT_HZ;
    front_end.expected_index += 1u;
    front_end.counters.samples_received += 1u;
    iso_ads1298_bus_take();
    return ISO_AFE_SAMPLE;
}

static void watch_chip(void) {
    iso_ads1298_bus_counters bus;
    iso_ads1298_bus_read_counters(&bus);
    if (bus.overflow != front_end.overflow_told) {
        complain(OVERFLOW);
        front_end.overflow_told = bus.overflow;
    }
    const bool leg_is_off = iso_ads1298_bus_leg_is_off();
    if (leg_is_off && !front_end.leg_is_off) {
        complain(LEG_OFF);
    }
    front_end.leg_is_off = leg_is_off;

    const iso_ads1298_bus_state state = iso_ads1298_bus_get_state();
    if (state == ISO_ADS1298_BUS_WELL &&
        iso_ads1298_bus_silent_ticks() < ticks_of(SILENCE_MILLISECONDS)) {
        return;
    }
    give_up(state == ISO_ADS1298_BUS_BAD_REGISTER ? LOST_SETTINGS
            : state == ISO_ADS1298_BUS_BAD_STATUS ? BAD_STATUS
            : state == ISO_ADS1298_BUS_STUCK      ? STUCK
                                                  : SILENT);
}

static void start_step(void) {
    if (!phase_over()) {
        return;
    }
    switch (front_end.phase) {
    case POWER_UP:
    case WAIT_TO_RETRY:
        begin_reset();
        break;
    case RESET:
        iso_hal_afe_write_pin(ISO_HAL_AFE_RESET, true);
        enter(RELEASE, ADS1298_RESET_MILLISECONDS);
        break;
    case RELEASE:
        configure();
        break;
    default:
        begin_to_listen();
        break;
    }
}

iso_afe_event_kind iso_afe_poll(iso_afe_event *out) {
    if (front_end.phase == RUNNING || front_end.phase == SELF_TEST) {
        watch_chip();
    } else {
        start_step();
    }
    if (front_end.phase == SELF_TEST) {
        self_test_step();
        return ISO_AFE_NONE;
    }
    const iso_ads1298_sample *sample = front_end.has_run ? iso_ads1298_bus_peek() : NULL;
    if (sample != NULL) {
        return deliver(sample, out);
    }
    if (front_end.phase != RUNNING && front_end.has_run && samples_due() >= GAP_SAMPLES) {
        return gap(GAP_SAMPLES, out);
    }
    return ISO_AFE_NONE;
}

void iso_afe_read_counters(iso_afe_counters *out) {
    iso_ads1298_bus_counters bus;
    iso_ads1298_bus_read_counters(&bus);
    *out = front_end.counters;
    out->receive_errors +=
        bus.bad_status + bus.unequal_readings + bus.bridged + bus.stuck + bus.overflow;
}

uint16_t iso_afe_credit(void) {
    return 0u; /* nobody feeds it */
}

bool iso_afe_show_test_signal(bool on, iso_afe_test_signal *out) {
    if (front_end.test_wanted != on) {
        front_end.test_wanted = on;
        /* Before it has been configured, and in the self-test, the next configuration sees it. */
        if (front_end.phase == RUNNING || front_end.phase == SETTLE) {
            begin_reset();
        }
    }
    out->peak_to_peak_microvolt = 2u * SELF_TEST_MICROVOLT;
    out->period_samples = TEST_PERIOD_SAMPLES;
    return true;
}

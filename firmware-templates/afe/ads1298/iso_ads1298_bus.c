#include "iso_ads1298_bus.h"

#include "iso_hal.h"
#include "iso_hal_spi.h"

#include <string.h>

#define READING_BYTES (1u + ADS1298_DATA_BYTES)
#define REGISTER_BYTES 3u
#define MOST_READINGS 4u
#define BAD_IN_A_ROW 16u
#define STUCK_IN_A_ROW 4u
/* Forty times what an exchange takes; above what a processor may stand while it writes flash. */
#define STUCK_HZ 250u
/* The first register that is compared: none before is written. Its neighbours follow in turn. */
#define FIRST_CHECKED ADS1298_ID

typedef enum { IDLE, FIRST_READING, NEXT_READING, SPOILED, REGISTER } step;

static struct {
    uint8_t expected[ADS1298_REGISTERS];
    uint8_t out[READING_BYTES];
    uint8_t in[2][READING_BYTES];
    uint8_t newest;   /* of the two readings */
    uint8_t readings; /* of this conversion */
    volatile uint8_t step;
    volatile bool listening;
    uint32_t begun_tick; /* of the exchange that runs */
    uint8_t stuck_run;
    uint8_t checked;         /* register being read */
    bool register_was_wrong; /* at the last reading of any */
    uint32_t period_ticks;
    uint32_t due_tick; /* of the next data ready */
    volatile uint32_t ready_tick;
    bool any_ready;
    uint32_t conversion; /* number of the one being read; sample_index times the factor */
    uint32_t followed;   /* number of the last that was good */
    bool any_good;
    uint8_t at_rail; /* since the last sample */
    uint8_t bad_run;
    iso_ads1298_reduce reduce;
    iso_ads1298_sample ring[ISO_ADS1298_RING];
    volatile uint32_t head; /* samples ever written, by interrupts */
    volatile uint32_t tail; /* samples ever read, by the main loop */
    volatile uint8_t state;
    volatile bool leg_is_off;
    iso_ads1298_bus_counters counters;
} bus;

/* --- before listening --- */

static bool exchange(uint8_t first, uint8_t last, size_t count, uint8_t *answer) {
    const uint8_t out[REGISTER_BYTES] = {first, 0u, last};
    uint8_t in[REGISTER_BYTES] = {0};
    const bool ended = iso_hal_spi_exchange(out, in, count);
    bus.counters.stuck += ended ? 0u : 1u;
    *answer = in[REGISTER_BYTES - 1u];
    return ended;
}

static bool holds(uint8_t address, uint8_t value) {
    return ((value ^ bus.expected[address]) & iso_ads1298_fixed_bits(address)) == 0u;
}

static bool is_written(uint8_t address) {
    return address != ADS1298_ID && iso_ads1298_fixed_bits(address) != 0u;
}

bool iso_ads1298_bus_configure(const uint8_t registers[ADS1298_REGISTERS]) {
    uint8_t answer;
    memcpy(bus.expected, registers, sizeof bus.expected);
    bool held = exchange(ADS1298_SDATAC, 0u, 1u, &answer);
    for (uint8_t address = 0u; held && address < ADS1298_REGISTERS; address += 1u) {
        if (is_written(address)) {
            held = exchange((uint8_t)(ADS1298_WREG | address), registers[address], REGISTER_BYTES,
                            &answer);
        }
    }
    for (uint8_t address = 0u; held && address < ADS1298_REGISTERS; address += 1u) {
        held = exchange((uint8_t)(ADS1298_RREG | address), 0u, REGISTER_BYTES, &answer) &&
               holds(address, answer);
    }
    return held;
}

void iso_ads1298_bus_listen(uint32_t first_sample_index) {
    bus.period_ticks = iso_hal_ticks_per_second / ISO_BOARD_AFE_CONVERSION_HZ;
    bus.any_ready = false;
    bus.any_good = false;
    bus.conversion = first_sample_index * ISO_ADS1298_FACTOR;
    bus.at_rail = 0u;
    bus.bad_run = 0u;
    bus.register_was_wrong = false;
    bus.checked = FIRST_CHECKED;
    bus.step = IDLE;
    bus.stuck_run = 0u;
    bus.listening = true;
    bus.tail = bus.head;
    bus.state = ISO_ADS1298_BUS_WELL;
    bus.ready_tick = iso_hal_ticks();
    iso_ads1298_reduce_restart(&bus.reduce);
    iso_hal_afe_listen(true);
}

void iso_ads1298_bus_stop(void) {
    bus.listening = false;
    iso_hal_afe_listen(false);
    iso_hal_spi_abort();
    bus.step = IDLE;
}

/* --- interrupts --- */

/* The conversion is lost, and will be missed when the next one is read. */
static void give_up_exchange(void) {
    iso_hal_spi_abort();
    bus.step = IDLE;
    bus.counters.stuck += 1u;
    bus.stuck_run = (uint8_t)(bus.stuck_run + 1u);
    if (bus.stuck_run >= STUCK_IN_A_ROW) {
        bus.state = ISO_ADS1298_BUS_STUCK;
        bus.stuck_run = 0u;
    }
}

static void begin(step next, size_t count) {
    bus.step = (uint8_t)next;
    bus.begun_tick = iso_hal_ticks();
    if (!iso_hal_spi_begin(bus.out, bus.in[bus.newest], count)) {
        give_up_exchange();
    }
}

static void begin_reading(step next) {
    memset(bus.out, 0, sizeof bus.out);
    bus.out[0] = ADS1298_RDATA;
    bus.readings = (uint8_t)(bus.readings + 1u);
    bus.newest ^= 1u;
    begin(next, READING_BYTES);
}

static void begin_conversion(void) {
    bus.readings = 0u;
    begin_reading(FIRST_READING);
}

/* Conversions since the last edge, by the time that passed: one, unless it is late by nearly a
 * whole period. Small errors are taken up slowly, so that neither a late interrupt nor the chip's
 * own clock counts one too many. */
static uint32_t conversions_since(uint32_t now) {
    if (!bus.any_ready) {
        bus.any_ready = true;
        bus.due_tick = now + bus.period_ticks;
        return 0u;
    }
    const int32_t late = (int32_t)(now - bus.due_tick);
    const int32_t slack = (int32_t)(bus.period_ticks / 8u);
    const uint32_t missed = late + slack >= (int32_t)bus.period_ticks
                                ? (uint32_t)(late + slack) / bus.period_ticks
                                : 0u;
    bus.due_tick += (missed + 1u) * bus.period_ticks;
    bus.due_tick += (uint32_t)((late - (int32_t)(missed * bus.period_ticks)) / 8);
    return missed + 1u;
}

void iso_afe_data_ready(void) {
    if (!bus.listening) {
        return; /* an edge that was under way when listening ended */
    }
    const uint32_t now = iso_hal_ticks();
    bus.ready_tick = now;
    bus.conversion += conversions_since(now);
    if (bus.step != IDLE && now - bus.begun_tick >= iso_hal_ticks_per_second / STUCK_HZ) {
        give_up_exchange();
    }
    if (bus.step == IDLE) {
        begin_conversion();
    } else {
        bus.step = SPOILED; /* the readings that run are of two conversions */
    }
}

static void emit(uint16_t off) {
    const uint32_t head = bus.head;
    if (head - bus.tail == ISO_ADS1298_RING) {
        bus.counters.overflow += 1u;
        return;
    }
    iso_ads1298_sample *sample = &bus.ring[head % ISO_ADS1298_RING];
    sample->sample_index = bus.followed / ISO_ADS1298_FACTOR;
    sample->tick = bus.ready_tick - ISO_ADS1298_DELAY * bus.period_ticks;
    iso_ads1298_reduce_read(&bus.reduce, sample->code);
    sample->off = off;
    sample->at_rail = bus.at_rail;
    bus.at_rail = 0u;
    /* The sample must be in memory before the index that announces it. */
    __asm volatile("" ::: "memory");
    bus.head = head + 1u;
}

/* One conversion more, in its place; true when a sample was due with it. */
static bool follow(const int32_t code[ADS1298_CHANNELS], uint16_t off) {
    bus.followed += 1u;
    iso_ads1298_reduce_push(&bus.reduce, code);
    if (bus.followed % ISO_ADS1298_FACTOR != ISO_ADS1298_FACTOR - 1u) {
        return false;
    }
    emit(off);
    return true;
}

static bool accept(void) {
    static int32_t last[ADS1298_CHANNELS];
    iso_ads1298_conversion conversion;
    if (!iso_ads1298_parse(&bus.in[bus.newest][1], &conversion)) {
        bus.counters.bad_status += 1u;
        bus.bad_run = (uint8_t)(bus.bad_run + 1u);
        if (bus.bad_run >= BAD_IN_A_ROW) {
            bus.state = ISO_ADS1298_BUS_BAD_STATUS;
            bus.bad_run = 0u;
        }
        return false;
    }
    bus.bad_run = 0u;
    for (unsigned channel = 0; channel < ADS1298_CHANNELS; channel += 1u) {
        const int32_t code = conversion.code[channel];
        if (code == ADS1298_CODE_MAX || code == ADS1298_CODE_MIN) {
            bus.at_rail |= (uint8_t)(1u << channel);
        }
    }
    const uint32_t missing = bus.any_good ? bus.conversion - bus.followed - 1u : 0u;
    if (!bus.any_good || missing >= ISO_ADS1298_FACTOR) {
        iso_ads1298_reduce_restart(&bus.reduce);
        bus.followed = bus.conversion - 1u;
    }
    bool due = false;
    while (bus.followed + 1u != bus.conversion) {
        bus.counters.bridged += 1u;
        due = follow(last, conversion.contact.off) || due;
    }
    due = follow(conversion.code, conversion.contact.off) || due;
    bus.any_good = true;
    memcpy(last, conversion.code, sizeof last);
    return due;
}

static void begin_register(void) {
    bus.checked =
        (uint8_t)(bus.checked + 1u < ADS1298_REGISTERS ? bus.checked + 1u : FIRST_CHECKED);
    bus.out[0] = (uint8_t)(ADS1298_RREG | bus.checked);
    bus.out[1] = 0u;
    bus.out[2] = 0u;
    begin(REGISTER, REGISTER_BYTES);
}

static void take_register(uint8_t value) {
    const bool wrong = !holds(bus.checked, value);
    if (wrong && bus.register_was_wrong) {
        bus.state = ISO_ADS1298_BUS_BAD_REGISTER;
    }
    if (wrong && !bus.register_was_wrong) {
        /* Perhaps the line: the same again. */
        bus.checked = (uint8_t)(bus.checked > 0u ? bus.checked - 1u : ADS1298_REGISTERS - 1u);
    }
    bus.register_was_wrong = wrong;
    if (bus.checked == ADS1298_CONFIG3 && !wrong) {
        bus.leg_is_off = (value & ADS1298_CONFIG3_LEG_IS_OFF) != 0u;
    }
}

static void take_reading(void) {
    if (bus.step == FIRST_READING) {
        begin_reading(NEXT_READING);
        return;
    }
    if (memcmp(&bus.in[0][1], &bus.in[1][1], ADS1298_DATA_BYTES) != 0) {
        bus.counters.unequal_readings += 1u;
        if (bus.readings < MOST_READINGS) {
            begin_reading(NEXT_READING);
        } else {
            bus.step = IDLE;
        }
        return;
    }
    if (accept()) {
        begin_register();
    } else {
        bus.step = IDLE;
    }
}

void iso_afe_exchange_done(void) {
    bus.stuck_run = 0u;
    switch (bus.step) {
    case FIRST_READING:
    case NEXT_READING:
        take_reading();
        break;
    case REGISTER:
        take_register(bus.in[bus.newest][2]);
        bus.step = IDLE;
        break;
    case SPOILED:
        /* The chip still holds the conversion that spoiled the one before. */
        begin_conversion();
        break;
    default:
        bus.step = IDLE;
        break;
    }
}

/* --- the main loop's side --- */

const iso_ads1298_sample *iso_ads1298_bus_peek(void) {
    const uint32_t tail = bus.tail;
    return bus.head == tail ? NULL : &bus.ring[tail % ISO_ADS1298_RING];
}

void iso_ads1298_bus_take(void) {
    __asm volatile("" ::: "memory");
    bus.tail += 1u;
}

iso_ads1298_bus_state iso_ads1298_bus_get_state(void) {
    return (iso_ads1298_bus_state)bus.state;
}

uint32_t iso_ads1298_bus_silent_ticks(void) {
    /* Read first: an edge between the two readings must not look like an age. */
    const uint32_t ready = bus.ready_tick;
    return iso_hal_ticks() - ready;
}

bool iso_ads1298_bus_leg_is_off(void) {
    return bus.leg_is_off;
}

void iso_ads1298_bus_read_counters(iso_ads1298_bus_counters *out) {
    *out = bus.counters;
}

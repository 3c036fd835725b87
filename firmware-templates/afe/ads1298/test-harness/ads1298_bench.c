/*
 * The ADS1298 front end on the model of the chip; a tick is 40 ns (25 MHz), the bus runs at 4 MHz.
 *
 * In:  0 milliseconds 0…                 run; the main loop polls every millisecond
 *      1 milliseconds 0…                 run; the main loop is busy
 *      2 microvolt of RA, LA LL V1 … V6   direct voltages
 *      3 electrode level sine millihertz one electrode
 *      4 electrodes                      these are off (bits; 9 is the right leg)
 *      5 fault how_much
 *      6 on                              the test signal
 * Out: 0 sample_index microvolt[8]
 *      1 sample_index missing_samples
 *      2 sample_index off tick measured   before each sample that follows, when off changes
 *      3 length bytes…                    of a complaint, 32 at a time
 *      4 violations receive_errors samples_received samples_missing rail   at the end
 *      5 sample_index tick                of each 500th sample
 *      6 sample_index on                  before each sample that follows, when test_signal changes
 */
#include <string.h>

#include "../../../core/test-harness/rows.h"
#include "../iso_ads1298_bus.h"
#include "ads1298_model.h"
#include "iso_afe.h"
#include "iso_hal.h"
#include "iso_hal_spi.h"

#define TICK_NS 40
#define BYTE_NS 2000
#define MILLISECOND_NS 1000000

/* --- the HAL over the model --- */

const uint32_t iso_hal_ticks_per_second = 1000000000u / TICK_NS;

static struct {
    bool listening;
    const uint8_t *out; /* of the exchange that runs; NULL: none */
    uint8_t *in;
    size_t count;
    int64_t done_ns;
} hal;

uint32_t iso_hal_ticks(void) {
    return (uint32_t)(model_now_ns() / TICK_NS);
}

void iso_hal_spi_init(uint32_t most_hz) {
    (void)most_hz;
}

void iso_hal_afe_write_pin(iso_hal_afe_pin pin, bool high) {
    switch (pin) {
    case ISO_HAL_AFE_RESET:
        model_pin_reset(high);
        break;
    case ISO_HAL_AFE_POWER_DOWN:
        model_pin_power_down(high);
        break;
    default:
        model_pin_start(high);
        break;
    }
}

static void ready(void) {
    if (hal.listening) {
        iso_afe_data_ready();
    }
}

static void run_until(int64_t end_ns) {
    for (;;) {
        const int64_t ready_ns = model_next_ready_ns();
        const int64_t next_ns = hal.out != NULL && hal.done_ns < ready_ns ? hal.done_ns : ready_ns;
        if (next_ns > end_ns) {
            break;
        }
        model_run_until_ns(next_ns, ready);
        if (hal.out != NULL && hal.done_ns <= next_ns) {
            const uint8_t *out = hal.out;
            hal.out = NULL;
            model_exchange(out, hal.in, hal.count, BYTE_NS);
            iso_afe_exchange_done();
        }
    }
    model_run_until_ns(end_ns, ready);
}

void iso_hal_spi_exchange(const uint8_t *out, uint8_t *in, size_t count) {
    run_until(model_now_ns() + (int64_t)count * BYTE_NS);
    model_exchange(out, in, count, BYTE_NS);
}

bool iso_hal_spi_begin(const uint8_t *out, uint8_t *in, size_t count) {
    if (hal.out != NULL) {
        return false;
    }
    hal.out = out;
    hal.in = in;
    hal.count = count;
    hal.done_ns = model_now_ns() + (int64_t)count * BYTE_NS;
    return true;
}

void iso_hal_afe_listen(bool listen) {
    hal.listening = listen;
}

/* --- the main loop --- */

static void print_text(const char *text) {
    row out = {.kind = 3, .first = (int32_t)strlen(text)};
    for (size_t at = 0; at < strlen(text); at += sizeof out.values) {
        memset(out.values, 0, sizeof out.values);
        const size_t left = strlen(text) - at;
        memcpy(out.values, text + at, left < sizeof out.values ? left : sizeof out.values);
        print_row(&out);
    }
}

static void print_sample(const iso_afe_event *event) {
    static uint16_t last_off;
    if (event->contact.off != last_off) {
        const row off = {
            2,
            (int32_t)event->sample_index,
            {event->contact.off, (int32_t)event->device_tick, event->contact.measured}};
        print_row(&off);
        last_off = event->contact.off;
    }
    static bool testing;
    if (event->test_signal != testing) {
        testing = event->test_signal;
        const row change = {6, (int32_t)event->sample_index, {testing ? 1 : 0}};
        print_row(&change);
    }
    if (event->sample_index % 500u == 0u) {
        const row second = {5, (int32_t)event->sample_index, {(int32_t)event->device_tick}};
        print_row(&second);
    }
    row out = {0, (int32_t)event->sample_index, {0}};
    memcpy(out.values, event->microvolt, sizeof out.values);
    print_row(&out);
}

static void poll_all(void) {
    iso_afe_event event;
    iso_afe_event_kind kind;
    do {
        kind = iso_afe_poll(&event);
        const char *complaint = iso_afe_take_complaint();
        if (complaint != NULL) {
            print_text(complaint);
        }
        if (kind == ISO_AFE_SAMPLE) {
            print_sample(&event);
        } else if (kind == ISO_AFE_GAP) {
            const row out = {1, (int32_t)event.sample_index, {(int32_t)event.missing_samples}};
            print_row(&out);
        }
    } while (kind != ISO_AFE_NONE);
}

static void run(int32_t milliseconds, bool polling) {
    for (int32_t i = 0; i < milliseconds; i++) {
        run_until(model_now_ns() + MILLISECOND_NS);
        if (polling) {
            poll_all();
        }
    }
}

int main(void) {
    row in;
    iso_afe_init();
    while (read_row(&in)) {
        switch (in.kind) {
        case 0:
        case 1:
            run(in.first, in.kind == 0);
            break;
        case 2:
            model_set_electrode(0, in.first, 0.0, 0.0);
            for (unsigned i = 0; i < 8; i++) {
                model_set_electrode(i + 1u, in.values[i], 0.0, 0.0);
            }
            break;
        case 3:
            model_set_electrode((unsigned)in.first, in.values[0], in.values[1],
                                in.values[2] * 1e-3);
            break;
        case 4:
            model_set_off((unsigned)in.first);
            break;
        case 6: {
            iso_afe_test_signal shape;
            (void)iso_afe_show_test_signal(in.first != 0, &shape);
            break;
        }
        default:
            model_break((model_fault)in.first, in.values[0]);
            break;
        }
    }
    iso_afe_counters counters;
    iso_afe_read_counters(&counters);
    const row end = {4,
                     (int32_t)model_violations(),
                     {(int32_t)counters.receive_errors, (int32_t)counters.samples_received,
                      (int32_t)counters.samples_missing, iso_afe_rail_microvolt()}};
    print_row(&end);
    return 0;
}

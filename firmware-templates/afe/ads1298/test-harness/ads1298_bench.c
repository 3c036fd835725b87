/*
 * The ADS1298 front end on the model of the chip. What lies between the two is bench_bus.h's: a bus
 * without a driver, or a chip family's driver on the registers that it knows.
 *
 * In:  0 milliseconds 0…                 run; the main loop polls every millisecond
 *      1 milliseconds 0…                 run; the main loop is busy
 *      2 microvolt of RA, LA LL V1 … V6   direct voltages
 *      3 electrode level sine millihertz one electrode
 *      4 electrodes                      these are off (bits; 9 is the right leg)
 *      5 fault how_much                  of the chip
 *      6 on                              the test signal
 *      7 fault how_much                  of the bus
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
#include "ads1298_model.h"
#include "bench_bus.h"
#include "iso_afe.h"

#define MILLISECOND_NS 1000000

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
        bench_run_until_ns(model_now_ns() + MILLISECOND_NS);
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
        case 5:
            model_break((model_fault)in.first, in.values[0]);
            break;
        default:
            bench_break_bus((bench_bus_fault)in.first, (uint32_t)in.values[0]);
            break;
        }
    }
    iso_afe_counters counters;
    iso_afe_read_counters(&counters);
    const row end = {4,
                     (int32_t)(model_violations() + bench_bus_violations()),
                     {(int32_t)counters.receive_errors, (int32_t)counters.samples_received,
                      (int32_t)counters.samples_missing, iso_afe_rail_microvolt()}};
    print_row(&end);
    return 0;
}

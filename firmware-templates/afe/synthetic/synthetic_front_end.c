#include "iso_afe.h"

#include "iso_fence.h"
#include "iso_hal.h"
#include "iso_synthetic_beat.h"

#include <stddef.h>
#include <string.h>

/*
 * A patient inside the device: one beat of a simulated heart, again and again at 75 per minute, by
 * the device's own clock. For a board on a desk that has neither electrodes nor anybody who feeds
 * it. All electrodes have contact.
 *
 * Its test signal is that of an ADS1298 with a reference of 2.4 V: +-1 mV, 0.512 s.
 *
 * Samples are taken as a converter's are: by an interrupt (or a thread in its place), 500 times a
 * second, into a ring that the main loop empties when it comes to it. What finds the ring full is
 * lost, and told as a gap.
 */

#define ACQUISITION_HZ 500u
/* A second: the longest turn of the loop is a pass of the network. */
#define RING_SAMPLES 512u
#define TEST_MICROVOLT 1000
#define TEST_PERIOD_SAMPLES 256u

typedef struct {
    uint32_t index;
    uint32_t tick;
    bool test_signal;
    int16_t microvolt[ISO_INDEPENDENT_LEADS];
} taken_sample;

static struct {
    taken_sample ring[RING_SAMPLES];
    volatile uint32_t taken; /* samples ever put into the ring; the interrupt's */
    volatile uint32_t read;  /* and out of it; the loop's */
    uint32_t converted;      /* the interrupt's */
    volatile bool testing;   /* the loop's, like what follows */
    uint32_t expected_index;
    iso_afe_counters counters;
} front_end;

static void take_sample(uint32_t due_tick) {
    const uint32_t index = front_end.converted;
    const uint32_t taken = front_end.taken;
    front_end.converted = index + 1u;
    if (taken - front_end.read >= RING_SAMPLES) {
        return; /* the index of the next one that fits tells how many */
    }
    iso_fence();
    taken_sample *sample = &front_end.ring[taken % RING_SAMPLES];
    sample->index = index;
    sample->tick = due_tick;
    sample->test_signal = front_end.testing;
    if (sample->test_signal) {
        const bool high = index % TEST_PERIOD_SAMPLES < TEST_PERIOD_SAMPLES / 2u;
        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead += 1u) {
            sample->microvolt[lead] = high ? TEST_MICROVOLT : -TEST_MICROVOLT;
        }
    } else {
        memcpy(sample->microvolt, iso_synthetic_beat[index % ISO_SYNTHETIC_BEAT_SAMPLES],
               sizeof sample->microvolt);
    }
    /* The sample must be in memory before the count that announces it. */
    iso_fence();
    front_end.taken = taken + 1u;
}

void iso_afe_init(void) {
    iso_hal_every(ACQUISITION_HZ, take_sample);
}

int32_t iso_afe_rail_microvolt(void) {
    return INT16_MAX;
}

bool iso_afe_is_live(void) {
    return true;
}

const char *iso_afe_take_complaint(void) {
    return NULL;
}

iso_afe_event_kind iso_afe_poll(iso_afe_event *out) {
    const uint32_t read = front_end.read;
    if (front_end.taken == read) {
        return ISO_AFE_NONE;
    }
    iso_fence();
    const taken_sample *sample = &front_end.ring[read % RING_SAMPLES];
    if (sample->index != front_end.expected_index) {
        out->sample_index = front_end.expected_index;
        out->missing_samples = sample->index - front_end.expected_index;
        front_end.counters.samples_missing += out->missing_samples;
        front_end.expected_index = sample->index;
        return ISO_AFE_GAP;
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead += 1u) {
        out->microvolt[lead] = sample->microvolt[lead];
    }
    out->sample_index = sample->index;
    out->device_tick = sample->tick;
    out->contact.measured = (1u << ISO_ELECTRODES) - 1u;
    out->contact.off = 0u;
    out->test_signal = sample->test_signal;
    front_end.expected_index += 1u;
    front_end.counters.samples_received += 1u;
    iso_fence();
    front_end.read = read + 1u;
    return ISO_AFE_SAMPLE;
}

void iso_afe_read_counters(iso_afe_counters *out) {
    *out = front_end.counters;
}

uint16_t iso_afe_credit(void) {
    return 0u; /* nobody feeds it */
}

bool iso_afe_show_test_signal(bool on, iso_afe_test_signal *out) {
    front_end.testing = on;
    out->peak_to_peak_microvolt = 2u * TEST_MICROVOLT;
    out->period_samples = TEST_PERIOD_SAMPLES;
    return true;
}

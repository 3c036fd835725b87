#include "iso_afe.h"

#include "iso_hal.h"
#include "iso_synthetic_beat.h"

#include <stddef.h>

/*
 * A patient inside the device: one beat of a simulated heart, again and again at 75 per minute, by
 * the device's own clock. For a board on a desk that has neither electrodes nor anybody who feeds
 * it. All electrodes have contact.
 */

#define ACQUISITION_HZ 500u

static struct {
    uint32_t next_index;
    uint32_t due_tick;
    uint32_t remainder; /* of ticks per sample, in 1/500 of a tick: no drift adds up */
} front_end;

void iso_afe_init(void) {
    front_end.due_tick = iso_hal_ticks();
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
    if ((int32_t)(iso_hal_ticks() - front_end.due_tick) < 0) {
        return ISO_AFE_NONE;
    }
    const int16_t *sample = iso_synthetic_beat[front_end.next_index % ISO_SYNTHETIC_BEAT_SAMPLES];
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead += 1u) {
        out->microvolt[lead] = sample[lead];
    }
    out->sample_index = front_end.next_index;
    out->device_tick = front_end.due_tick;
    out->contact.measured = (1u << ISO_ELECTRODES) - 1u;
    out->contact.off = 0u;
    front_end.next_index += 1u;
    front_end.remainder += iso_hal_ticks_per_second;
    front_end.due_tick += front_end.remainder / ACQUISITION_HZ;
    front_end.remainder %= ACQUISITION_HZ;
    return ISO_AFE_SAMPLE;
}

void iso_afe_read_counters(iso_afe_counters *out) {
    *out = (iso_afe_counters){.samples_received = front_end.next_index};
}

uint16_t iso_afe_credit(void) {
    return 0u; /* nobody feeds it */
}

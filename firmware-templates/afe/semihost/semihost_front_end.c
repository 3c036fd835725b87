#include "iso_afe.h"

#include "iso_hal.h"
#include "iso_hal_semihost.h"

#include <stddef.h>
#include <string.h>

/*
 * Samples from a file of the debugging host: little-endian int16 microvolt, sample-major, leads
 * I II V1 V2 V3 V4 V5 V6, 500 Hz, no header. The command line is
 *
 *     isochrone pace=PERMILLE record=PATH
 *
 * PERMILLE of real time by the device's own clock, 0 for as fast as it goes; PATH last, so that it
 * may hold spaces.
 */

#define COMMAND_LINE_BYTES 1024u
#define BLOCK_SAMPLES 64u
#define SAMPLE_BYTES (2u * ISO_INDEPENDENT_LEADS)
#define ACQUISITION_HZ 500u
/* Pacing counts from the tick of the last sample that was due, so rounding never adds up beyond
 * one tick a sample. */

static struct {
    char command_line[COMMAND_LINE_BYTES];
    uint8_t block[BLOCK_SAMPLES * SAMPLE_BYTES];
    uint32_t block_samples;
    uint32_t block_next;
    int32_t file;
    uint32_t next_index;
    uint32_t ticks_per_sample; /* 0: not paced */
    uint32_t due_tick;
    bool ended;
    const char *complaint;
    iso_afe_counters counters;
} front_end;

static uint32_t parse_number(const char *text) {
    uint32_t value = 0;
    while (*text >= '0' && *text <= '9') {
        value = value * 10u + (uint32_t)(*text - '0');
        text += 1;
    }
    return value;
}

static void fail(const char *complaint) {
    front_end.complaint = complaint;
    front_end.counters.receive_errors += 1u;
    front_end.file = -1;
}

void iso_afe_init(void) {
    front_end.file = -1;
    if (!iso_semihost_command_line(front_end.command_line, COMMAND_LINE_BYTES)) {
        fail("front end: the command line does not fit in 1024 bytes");
        return;
    }
    const char *pace = strstr(front_end.command_line, "pace=");
    const char *record = strstr(front_end.command_line, "record=");
    if (record == NULL) {
        fail("front end: the command line names no record=PATH");
        return;
    }
    const uint32_t permille = pace != NULL && pace < record ? parse_number(pace + 5) : 0u;
    if (permille > 0u) {
        front_end.ticks_per_sample =
            (uint32_t)((uint64_t)iso_hal_ticks_per_second * 1000u / ACQUISITION_HZ / permille);
    }
    front_end.file = iso_semihost_open_read(record + 7);
    if (front_end.file < 0) {
        fail("front end: the record file cannot be opened");
        return;
    }
    front_end.due_tick = iso_hal_ticks();
}

int32_t iso_afe_rail_microvolt(void) {
    return INT16_MAX; /* of a record's values */
}

bool iso_afe_is_live(void) {
    return false;
}

const char *iso_afe_take_complaint(void) {
    const char *complaint = front_end.complaint;
    front_end.complaint = NULL;
    return complaint;
}

static void read_block(void) {
    const size_t bytes = iso_semihost_read(front_end.file, front_end.block, sizeof front_end.block);
    if (bytes % SAMPLE_BYTES != 0u) {
        front_end.complaint = "front end: the record file ends in the middle of a sample";
        front_end.counters.receive_errors += 1u;
    }
    front_end.block_samples = (uint32_t)(bytes / SAMPLE_BYTES);
    front_end.block_next = 0u;
}

iso_afe_event_kind iso_afe_poll(iso_afe_event *out) {
    if (front_end.file < 0) {
        if (front_end.ended) {
            return ISO_AFE_NONE;
        }
        front_end.ended = true;
        out->sample_index = front_end.next_index;
        return ISO_AFE_END;
    }
    const uint32_t now = iso_hal_ticks();
    if (front_end.ticks_per_sample > 0u) {
        if ((int32_t)(now - front_end.due_tick) < 0) {
            return ISO_AFE_NONE;
        }
        front_end.due_tick += front_end.ticks_per_sample;
    }
    if (front_end.block_next == front_end.block_samples) {
        read_block();
        if (front_end.block_samples == 0u) {
            (void)iso_semihost_close(front_end.file);
            front_end.file = -1;
            front_end.ended = true;
            out->sample_index = front_end.next_index;
            return ISO_AFE_END;
        }
    }
    const uint8_t *bytes = &front_end.block[front_end.block_next * SAMPLE_BYTES];
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead += 1u) {
        out->microvolt[lead] =
            (int16_t)(uint16_t)((uint32_t)bytes[2u * lead] | (uint32_t)bytes[2u * lead + 1u] << 8);
    }
    out->sample_index = front_end.next_index;
    out->device_tick = now;
    out->contact = (iso_lead_off_bits){0}; /* a record does not say */
    out->test_signal = false;
    front_end.block_next += 1u;
    front_end.next_index += 1u;
    front_end.counters.samples_received += 1u;
    return ISO_AFE_SAMPLE;
}

void iso_afe_read_counters(iso_afe_counters *out) {
    *out = front_end.counters;
}

uint16_t iso_afe_credit(void) {
    return 0u;
}

bool iso_afe_show_test_signal(bool on, iso_afe_test_signal *out) {
    (void)on;
    (void)out;
    return false; /* whoever feeds it can send one */
}

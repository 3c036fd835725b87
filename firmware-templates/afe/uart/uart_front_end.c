#include "iso_afe.h"

#include "iso_frame.h"
#include "iso_hal.h"

#include <stddef.h>

/*
 * Samples as INJECT frames on the inject port. Frames are checked by the decoder; a frame that is
 * lost shows as a jump of the sample index and becomes a gap of exactly that many samples. A frame
 * from the past (a repetition) is counted and left out: time never runs backwards.
 */

#define CHUNK_BYTES 64u
/* 16 bytes of samples and the frame around twenty of them. */
#define BYTES_PER_SAMPLE 17u

static struct {
    iso_frame_decoder decoder;
    iso_wire_inject frame;
    uint8_t chunk[CHUNK_BYTES];
    uint8_t chunk_length;
    uint8_t chunk_next;
    uint8_t next_in_frame;
    uint32_t expected_index;
    uint32_t frame_tick;
    uint32_t end_index;
    bool has_frame;
    bool has_end;
    iso_afe_counters counters;
} front_end;

void iso_afe_init(void) {
    iso_frame_decoder_init(&front_end.decoder);
}

int32_t iso_afe_rail_microvolt(void) {
    return INT16_MAX; /* of a frame's values */
}

bool iso_afe_is_live(void) {
    /* The sender waits: an emulated port holds back what the ring has no room for. */
    return false;
}

const char *iso_afe_take_complaint(void) {
    return NULL;
}

static void accept_inject(const iso_frame *frame) {
    iso_wire_inject *inject = &front_end.frame;
    if (!iso_wire_decode_inject(inject, frame->payload, frame->payload_bytes)) {
        front_end.counters.receive_errors += 1u;
        return;
    }
    const int32_t ahead = (int32_t)(inject->first_sample_index - front_end.expected_index);
    if (ahead < 0) {
        front_end.counters.receive_errors += 1u;
        return;
    }
    front_end.frame_tick = iso_hal_ticks();
    front_end.next_in_frame = 0u;
    front_end.has_frame = inject->sample_count > 0u;
}

static void accept(const iso_frame *frame) {
    if (frame->type == ISO_WIRE_INJECT) {
        accept_inject(frame);
    } else if (frame->type == ISO_WIRE_END_OF_RECORD) {
        iso_wire_end_of_record end;
        if (iso_wire_decode_end_of_record(&end, frame->payload, frame->payload_bytes)) {
            front_end.end_index = end.sample_count;
            front_end.has_end = true;
        } else {
            front_end.counters.receive_errors += 1u;
        }
    } else {
        front_end.counters.receive_errors += 1u;
    }
}

/* Bytes of the port until a frame with something to say is whole, or none are left. */
static void receive(void) {
    while (!front_end.has_frame && !front_end.has_end) {
        if (front_end.chunk_next == front_end.chunk_length) {
            front_end.chunk_length =
                (uint8_t)iso_hal_read(ISO_HAL_PORT_INJECT, front_end.chunk, CHUNK_BYTES);
            front_end.chunk_next = 0u;
            if (front_end.chunk_length == 0u) {
                return;
            }
        }
        iso_frame frame;
        const uint8_t byte = front_end.chunk[front_end.chunk_next];
        front_end.chunk_next = (uint8_t)(front_end.chunk_next + 1u);
        if (iso_frame_decoder_push(&front_end.decoder, byte, &frame)) {
            accept(&frame);
        }
    }
}

static iso_afe_event_kind gap_to(uint32_t index, iso_afe_event *out) {
    out->sample_index = front_end.expected_index;
    out->missing_samples = index - front_end.expected_index;
    front_end.counters.samples_missing += out->missing_samples;
    front_end.expected_index = index;
    return ISO_AFE_GAP;
}

iso_afe_event_kind iso_afe_poll(iso_afe_event *out) {
    receive();
    if (front_end.has_frame) {
        const iso_wire_inject *frame = &front_end.frame;
        const uint32_t index = frame->first_sample_index + front_end.next_in_frame;
        if (index != front_end.expected_index) {
            return gap_to(index, out);
        }
        out->sample_index = index;
        out->device_tick = front_end.frame_tick;
        out->contact.measured = frame->contact_measured;
        out->contact.off = frame->contact_off;
        out->test_signal = false;
        const int16_t *sample =
            &frame->microvolt[(size_t)front_end.next_in_frame * ISO_INDEPENDENT_LEADS];
        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead += 1u) {
            out->microvolt[lead] = sample[lead];
        }
        front_end.expected_index += 1u;
        front_end.counters.samples_received += 1u;
        front_end.next_in_frame = (uint8_t)(front_end.next_in_frame + 1u);
        front_end.has_frame = front_end.next_in_frame < frame->sample_count;
        return ISO_AFE_SAMPLE;
    }
    if (front_end.has_end) {
        if ((int32_t)(front_end.end_index - front_end.expected_index) > 0) {
            return gap_to(front_end.end_index, out); /* the last frames were lost */
        }
        front_end.has_end = false;
        out->sample_index = front_end.end_index;
        return ISO_AFE_END;
    }
    return ISO_AFE_NONE;
}

void iso_afe_read_counters(iso_afe_counters *out) {
    const iso_frame_statistics *line = &front_end.decoder.statistics;
    *out = front_end.counters;
    out->receive_errors +=
        line->crc_errors + line->cobs_errors + line->oversize + line->unknown_types;
}

uint16_t iso_afe_credit(void) {
    return (uint16_t)(iso_hal_receive_room(ISO_HAL_PORT_INJECT) / BYTES_PER_SAMPLE);
}

bool iso_afe_show_test_signal(bool on, iso_afe_test_signal *out) {
    (void)on;
    (void)out;
    return false; /* whoever feeds it can send one */
}

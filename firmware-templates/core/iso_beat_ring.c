#include "iso_beat_ring.h"

#include <string.h>

#define SLOT_MASK (ISO_RING_SLOTS - 1U)
/* A slope reads two slots to either side of its own. */
#define SLOPE_REACH 2
#define ENERGY_SLOTS (4 * ISO_RING_ALIGN_SLOTS + 1)
#define ALIGN_ROUNDS 3
/* The part of a segment that must be real signal: a QRS with what moves its middle. */
#define LEAST_BEFORE (2 * ISO_RING_ALIGN_SLOTS + SLOPE_REACH)

static int16_t saturate(int32_t value) {
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

void iso_beat_ring_init(iso_beat_ring *ring) {
    memset(ring, 0, sizeof *ring);
}

void iso_beat_ring_gap(iso_beat_ring *ring, uint32_t missing_samples) {
    ring->expected_index += missing_samples;
    ring->held = 0;
    ring->pending_length = 0;
    ring->primed = false;
}

void iso_beat_ring_expect(iso_beat_ring *ring, const iso_beat *beat) {
    if (ring->pending_length < ISO_RING_PENDING) {
        ring->pending[(ring->pending_head + ring->pending_length) % ISO_RING_PENDING] = *beat;
        ring->pending_length++;
    }
}

static void take(iso_beat_ring *ring, const iso_signal_sample *sample) {
    const bool second = (sample->sample_index & 1U) != 0;

    if (!ring->primed) {
        /* A run that begins with the second sample of a slot has had its first one for ever. */
        memcpy(ring->half, sample->microvolt, sizeof ring->half);
        ring->next_slot = sample->sample_index / ISO_SLOT_SAMPLES;
        ring->primed = true;
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        if (second) {
            ring->microvolt[lead][ring->next_slot & SLOT_MASK] =
                saturate((ring->half[lead] + sample->microvolt[lead]) >> 1);
        } else {
            ring->half[lead] = sample->microvolt[lead];
        }
    }
    if (second) {
        ring->next_slot++;
        ring->held += ring->held < ISO_RING_SLOTS;
    }
}

bool iso_beat_ring_cut(const iso_beat_ring *ring, uint32_t centre_index, iso_segment *out) {
    const uint32_t centre = centre_index / ISO_SLOT_SAMPLES;
    /* How far back the centre and the oldest slot lie from the newest; the clock may wrap. */
    const uint32_t age = ring->next_slot - 1U - centre;

    if (age < ISO_SEGMENT_AFTER - 1 || age + LEAST_BEFORE >= ring->held ||
        (ring->held == ISO_RING_SLOTS && age + ISO_SEGMENT_BEFORE >= ring->held)) {
        return false;
    }
    out->centre_index = centre * ISO_SLOT_SAMPLES;
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        for (uint32_t s = 0; s < ISO_SEGMENT_SLOTS; s++) {
            const uint32_t back = age + ISO_SEGMENT_BEFORE - s;
            const uint32_t from = back < ring->held ? back : ring->held - 1U;

            out->microvolt[lead][s] =
                ring->microvolt[lead][(ring->next_slot - 1U - from) & SLOT_MASK];
        }
    }
    return true;
}

/* Squared slopes of all leads at one slot. Eight times (2^17 / 8)^2 is 2^31. */
static uint32_t energy_at(const iso_beat_ring *ring, uint32_t slot) {
    uint32_t sum = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int16_t *at = ring->microvolt[lead];
        const int32_t slope = at[slot & SLOT_MASK] + at[(slot + 1U) & SLOT_MASK] -
                              at[(slot - 1U) & SLOT_MASK] - at[(slot - 2U) & SLOT_MASK];
        const int32_t coarse = slope / 8;

        sum += (uint32_t)(coarse * coarse);
    }
    return sum;
}

/*
 * The middle of the QRS: the centroid of its energy of slopes, found again about itself. It does
 * not jump between R and S from beat to beat as the largest sample does.
 */
static uint32_t align(const iso_beat_ring *ring, uint32_t beat_slot) {
    uint32_t energy[ENERGY_SLOTS];
    int32_t middle = 0;

    for (uint32_t i = 0; i < ENERGY_SLOTS; i++) {
        energy[i] = energy_at(ring, beat_slot - 2 * ISO_RING_ALIGN_SLOTS + i);
    }
    for (unsigned round = 0; round < ALIGN_ROUNDS; round++) {
        int64_t moment = 0;
        int64_t mass = 0;

        for (int32_t k = -ISO_RING_ALIGN_SLOTS; k <= ISO_RING_ALIGN_SLOTS; k++) {
            const int64_t here = energy[middle + k + 2 * ISO_RING_ALIGN_SLOTS];

            moment += here * (middle + k);
            mass += here;
        }
        if (mass == 0) {
            return beat_slot;
        }
        middle = (int32_t)((moment + (moment < 0 ? -mass : mass) / 2) / mass);
        middle = middle > ISO_RING_ALIGN_SLOTS    ? ISO_RING_ALIGN_SLOTS
                 : middle < -ISO_RING_ALIGN_SLOTS ? -ISO_RING_ALIGN_SLOTS
                                                  : middle;
    }
    return beat_slot + (uint32_t)middle;
}

bool iso_beat_ring_push(iso_beat_ring *ring, const iso_signal_sample *sample, iso_segment *out) {
    const iso_beat *beat = &ring->pending[ring->pending_head];
    uint32_t beat_slot, age;

    if (ring->primed && sample->sample_index != ring->expected_index) {
        iso_beat_ring_gap(ring, sample->sample_index - ring->expected_index);
    }
    take(ring, sample);
    ring->expected_index = sample->sample_index + 1U;

    beat_slot = beat->sample_index / ISO_SLOT_SAMPLES;
    age = ring->next_slot - 1U - beat_slot;
    if (ring->pending_length == 0 || (int32_t)age < ISO_SEGMENT_AFTER + ISO_RING_ALIGN_SLOTS) {
        return false;
    }
    ring->pending_head = (uint8_t)((ring->pending_head + 1U) % ISO_RING_PENDING);
    ring->pending_length--;
    out->rr_ms = beat->rr_ms;
    return age + LEAST_BEFORE < ring->held &&
           iso_beat_ring_cut(ring, align(ring, beat_slot) * ISO_SLOT_SAMPLES, out);
}

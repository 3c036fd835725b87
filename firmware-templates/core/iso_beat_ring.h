#ifndef ISO_BEAT_RING_H
#define ISO_BEAT_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_qrs.h"
#include "iso_signal.h"

/*
 * The last seconds of signal, from which beats are cut out for delineation and for the median beat.
 *
 * Samples come at 500 Hz; a slot holds the mean of two of them as int16 microvolt (saturated: feed
 * signal whose electrode offset was removed). At 250 Hz the slopes that delineation reads are the
 * same as from the samples themselves, since it sums pairs of them anyway, in half of the RAM.
 *
 * Size. A segment begins 0.46 s before its beat, and a beat is named late: 1.3 s as a rule, 3.1 s
 * after a start (chain 1.05 s, learning 2 s), 1.05 s and 1.66 RR when the detector searched
 * back. 1024 slots are 4.1 s: every beat of a start, and beats searched back at RR up to 1.5 s. A
 * beat that is no longer held is not cut out.
 *
 * Delay: a segment comes when its last slot is there, 0.8 s after the beat, or when the beat is
 * named, whichever is later.
 *
 * Gap, announced or seen by a jump in sample_index: what is held and the beats that still wait are
 * dropped, since their segments would reach across it. The clock is sample_index itself.
 */

#define ISO_SLOT_SAMPLES 2
#define ISO_RING_SLOTS 1024
#define ISO_SEGMENT_BEFORE 116
#define ISO_SEGMENT_AFTER 180
#define ISO_SEGMENT_SLOTS (ISO_SEGMENT_BEFORE + ISO_SEGMENT_AFTER)
/* Marks of beats and the middles of their QRS lie less than 80 ms apart. */
#define ISO_RING_ALIGN_SLOTS 20
#define ISO_RING_PENDING 16

/* A beat with its surroundings. Slot s describes centre_index + 2 (s - ISO_SEGMENT_BEFORE) and the
 * sample after. */
typedef struct {
    uint32_t centre_index; /* middle of the QRS, 500 Hz axis, even */
    uint16_t rr_ms;        /* of the beat that it was cut out for */
    int16_t microvolt[ISO_INDEPENDENT_LEADS][ISO_SEGMENT_SLOTS];
} iso_segment;

typedef struct {
    int16_t microvolt[ISO_INDEPENDENT_LEADS][ISO_RING_SLOTS];
    int32_t half[ISO_INDEPENDENT_LEADS]; /* first sample of the slot that is not complete */
    uint32_t next_slot;                  /* sample_index / 2 of that slot */
    uint32_t held;                       /* complete slots of this run, at most ISO_RING_SLOTS */
    uint32_t expected_index;
    bool primed;
    iso_beat pending[ISO_RING_PENDING]; /* oldest at head */
    uint8_t pending_head;
    uint8_t pending_length;
} iso_beat_ring;

void iso_beat_ring_init(iso_beat_ring *ring);
/* A beat whose segment is wanted. With ISO_RING_PENDING waiting already it is dropped. */
void iso_beat_ring_expect(iso_beat_ring *ring, const iso_beat *beat);
/* True when *out holds the segment of the oldest beat that waits; at most one for each push. */
bool iso_beat_ring_push(iso_beat_ring *ring, const iso_signal_sample *sample, iso_segment *out);
void iso_beat_ring_gap(iso_beat_ring *ring, uint32_t missing_samples);
/* Cuts out the segment about an even centre_index, without aligning it. Slots before the run are
 * its first value. False when it is not held. */
bool iso_beat_ring_cut(const iso_beat_ring *ring, uint32_t centre_index, iso_segment *out);

#endif

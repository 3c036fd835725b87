#ifndef ISO_RING_H
#define ISO_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_fence.h"

/*
 * A ring of bytes between one writer and one reader, of which one may be an interrupt or another
 * thread: each index is written by one side only. Sizes are powers of two so that free-running
 * indices wrap rightly.
 */

typedef struct {
    uint8_t *bytes;
    uint32_t size;          /* power of two */
    volatile uint32_t head; /* bytes ever written */
    volatile uint32_t tail; /* bytes ever read */
    uint32_t high_water;
} iso_ring;

static inline uint32_t iso_ring_waiting(const iso_ring *ring) {
    return ring->head - ring->tail;
}

static inline uint32_t iso_ring_room(const iso_ring *ring) {
    return ring->size - iso_ring_waiting(ring);
}

static inline bool iso_ring_put(iso_ring *ring, uint8_t byte) {
    const uint32_t head = ring->head;
    const uint32_t waiting = head - ring->tail;
    if (waiting >= ring->size) {
        return false;
    }
    /* The byte that lay there was read before its index said so. */
    iso_fence();
    ring->bytes[head & (ring->size - 1u)] = byte;
    /* The byte must be in memory before the index that announces it. */
    iso_fence();
    ring->head = head + 1u;
    if (waiting + 1u > ring->high_water) {
        ring->high_water = waiting + 1u;
    }
    return true;
}

static inline bool iso_ring_take(iso_ring *ring, uint8_t *byte) {
    const uint32_t tail = ring->tail;
    if (ring->head == tail) {
        return false;
    }
    iso_fence();
    *byte = ring->bytes[tail & (ring->size - 1u)];
    iso_fence();
    ring->tail = tail + 1u;
    return true;
}

#endif

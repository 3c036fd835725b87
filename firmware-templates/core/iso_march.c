#include "iso_march.h"

/* A test puts a damaged memory behind these. */
#ifndef ISO_MARCH_READ
#define ISO_MARCH_READ(word) (*(word))
#define ISO_MARCH_WRITE(word, value) (*(word) = (value))
#endif

#define ONES 0xFFFFFFFFu

/* Each word is read, must be `expected`, and is written over. */
static volatile uint32_t *upwards(volatile uint32_t *begin, volatile uint32_t *end,
                                  uint32_t expected, uint32_t next) {
    for (volatile uint32_t *word = begin; word < end; word += 1) {
        if (ISO_MARCH_READ(word) != expected) {
            return word;
        }
        ISO_MARCH_WRITE(word, next);
    }
    return end;
}

static volatile uint32_t *downwards(volatile uint32_t *begin, volatile uint32_t *end,
                                    uint32_t expected, uint32_t next) {
    for (volatile uint32_t *word = end; word > begin; word -= 1) {
        if (ISO_MARCH_READ(word - 1) != expected) {
            return word - 1;
        }
        ISO_MARCH_WRITE(word - 1, next);
    }
    return end;
}

volatile uint32_t *iso_march(volatile uint32_t *begin, volatile uint32_t *end) {
    for (volatile uint32_t *word = begin; word < end; word += 1) {
        ISO_MARCH_WRITE(word, 0u);
    }
    volatile uint32_t *failed = upwards(begin, end, 0u, ONES);
    if (failed == end) {
        failed = upwards(begin, end, ONES, 0u);
    }
    if (failed == end) {
        failed = downwards(begin, end, 0u, ONES);
    }
    if (failed == end) {
        failed = downwards(begin, end, ONES, 0u);
    }
    if (failed == end) {
        failed = upwards(begin, end, 0u, 0u);
    }
    return failed;
}

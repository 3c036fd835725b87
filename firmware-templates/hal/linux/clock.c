#include "iso_linux.h"

#include <time.h>

/* Finer than reading the clock takes; wraps after seven minutes. */
#define TICKS_PER_SECOND 10000000u
#define NANOSECONDS_PER_SECOND 1000000000u

const uint32_t iso_hal_ticks_per_second = TICKS_PER_SECOND;

uint64_t iso_linux_nanoseconds(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint32_t iso_hal_ticks(void) {
    return (uint32_t)(iso_linux_nanoseconds() / (NANOSECONDS_PER_SECOND / TICKS_PER_SECOND));
}

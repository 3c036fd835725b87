#include "iso_linux.h"

#include "iso_ports.h"

#include <poll.h>

#define LONGEST_SLEEP_MS 10

static iso_linux_waker waker;
static uint32_t idle_ticks;

void iso_linux_sleep_open(void) {
    iso_linux_waker_open(&waker);
}

void iso_linux_wake_application(void) {
    iso_linux_waker_call(&waker);
}

void iso_hal_wait(void) {
    struct pollfd word = {.fd = waker.ends[0], .events = POLLIN};
    if (iso_ports_bytes_wait()) {
        return;
    }
    const uint32_t before = iso_hal_ticks();
    /* What came since the look above has left a word. */
    if (poll(&word, 1u, LONGEST_SLEEP_MS) > 0) {
        iso_linux_waker_clear(&waker);
    }
    idle_ticks += iso_hal_ticks() - before;
}

uint32_t iso_hal_idle_ticks(void) {
    return idle_ticks;
}

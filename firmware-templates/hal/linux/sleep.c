#include "iso_linux.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define LONGEST_SLEEP_MS 10

static int wake_ends[2];
static uint32_t idle_ticks;

void iso_linux_sleep_open(void) {
    if (pipe(wake_ends) != 0 || fcntl(wake_ends[0], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(wake_ends[1], F_SETFL, O_NONBLOCK) != 0) {
        iso_linux_give_up("cannot make", "a pipe");
    }
}

void iso_linux_wake_application(void) {
    static const uint8_t word = 0u;
    /* A pipe that is full says the same. */
    const ssize_t written = write(wake_ends[1], &word, sizeof word);
    (void)written;
}

void iso_hal_wait(void) {
    struct pollfd waker = {.fd = wake_ends[0], .events = POLLIN};
    uint8_t words[64];
    if (iso_linux_bytes_wait()) {
        return;
    }
    const uint32_t before = iso_hal_ticks();
    /* What came since the look above has left a word in the pipe. */
    if (poll(&waker, 1u, LONGEST_SLEEP_MS) > 0) {
        const ssize_t taken = read(wake_ends[0], words, sizeof words);
        (void)taken;
    }
    idle_ticks += iso_hal_ticks() - before;
}

uint32_t iso_hal_idle_ticks(void) {
    return idle_ticks;
}

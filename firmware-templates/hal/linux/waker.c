#include "iso_linux.h"

#include <fcntl.h>
#include <unistd.h>

/* A pipe: what is called before the other looks is still there when it looks. */

void iso_linux_waker_open(iso_linux_waker *waker) {
    if (pipe(waker->ends) != 0 || fcntl(waker->ends[0], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(waker->ends[1], F_SETFL, O_NONBLOCK) != 0) {
        iso_linux_give_up("cannot make", "a pipe");
    }
}

void iso_linux_waker_call(const iso_linux_waker *waker) {
    static const uint8_t word = 0u;
    /* A pipe that is full says the same. */
    const ssize_t written = write(waker->ends[1], &word, sizeof word);
    (void)written;
}

void iso_linux_waker_clear(const iso_linux_waker *waker) {
    uint8_t words[64];
    const ssize_t taken = read(waker->ends[0], words, sizeof words);
    (void)taken;
}

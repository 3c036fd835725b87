#include "iso_linux.h"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Three that watch: the interrupts' thread the application; and while that is well, systemd
 * (WatchdogSec, sd_notify(3)) and a watchdog of the machine are told so, and act where this process
 * cannot any more.
 */

#define NANOSECONDS_PER_MS 1000000u
/* Half of the shortest time that either is set to. */
#define TELL_EVERY_NANOSECONDS 1000000000u
/* This thread was not run for so long: neither was the application, and nobody hangs. */
#define STOPPED_NANOSECONDS 1000000000u
/* Linux watchdog driver API: what stops it at closing. */
#define MAGIC_CLOSE "V"

static struct {
    int machine;  /* or -1 */
    int notifier; /* or -1: not run by systemd */
    struct sockaddr_un manager;
    socklen_t manager_bytes;
    volatile uint32_t timeout_ms; /* 0: nobody watches yet */
    volatile uint64_t fed_at;
    uint64_t looked_at;
    uint64_t tell_at;
} watchdog = {.machine = -1, .notifier = -1};

static void notify(const char *state) {
    if (watchdog.notifier >= 0) {
        (void)sendto(watchdog.notifier, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                     (const struct sockaddr *)&watchdog.manager, watchdog.manager_bytes);
    }
}

static void open_notifier(void) {
    const char *path = getenv("NOTIFY_SOCKET");
    const size_t length = path == NULL ? 0u : strlen(path);
    if (length == 0u || length >= sizeof watchdog.manager.sun_path) {
        return;
    }
    watchdog.manager.sun_family = AF_UNIX;
    memcpy(watchdog.manager.sun_path, path, length);
    if (path[0] == '@') {
        watchdog.manager.sun_path[0] = '\0'; /* abstract, unix(7) */
    }
    watchdog.manager_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    watchdog.notifier = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void iso_linux_watchdog_open(const char *device) {
    open_notifier();
    if (device == NULL) {
        return;
    }
    watchdog.machine = open(device, O_WRONLY | O_CLOEXEC);
    if (watchdog.machine < 0) {
        iso_linux_give_up("cannot open", device);
    }
}

static void tell(void) {
    notify("WATCHDOG=1");
    if (watchdog.machine >= 0) {
        const ssize_t written = write(watchdog.machine, "", 1u);
        (void)written;
    }
}

bool iso_linux_watchdog_expired(void) {
    const uint64_t now = iso_linux_nanoseconds();
    const bool was_stopped = now - watchdog.looked_at > STOPPED_NANOSECONDS;
    watchdog.looked_at = now;
    if (watchdog.timeout_ms == 0u) {
        return false;
    }
    if (was_stopped) {
        watchdog.fed_at = now;
    }
    const uint64_t fed_at = watchdog.fed_at;
    if (now > fed_at && now - fed_at > (uint64_t)watchdog.timeout_ms * NANOSECONDS_PER_MS) {
        return true;
    }
    if (now >= watchdog.tell_at) {
        watchdog.tell_at = now + TELL_EVERY_NANOSECONDS;
        tell();
    }
    return false;
}

void iso_linux_watchdog_release(void) {
    notify("STOPPING=1");
    if (watchdog.machine >= 0) {
        const ssize_t written = write(watchdog.machine, MAGIC_CLOSE, 1u);
        (void)written;
    }
}

void iso_hal_watchdog_start(uint32_t timeout_ms) {
    iso_hal_watchdog_feed();
    watchdog.timeout_ms = timeout_ms;
    if (watchdog.machine >= 0) {
        int seconds = (int)((timeout_ms + 999u) / 1000u);
        (void)ioctl(watchdog.machine, WDIOC_SETTIMEOUT, &seconds);
    }
    notify("READY=1");
}

void iso_hal_watchdog_feed(void) {
    watchdog.fed_at = iso_linux_nanoseconds();
}

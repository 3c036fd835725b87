#include "iso_linux.h"

#include "iso_fence.h"

#include <signal.h>
#include <sys/select.h>
#include <unistd.h>

/*
 * The thread that stands for the interrupts: it waits for the ttys, for the time of the periodic
 * handler, and for a word of the application's. It does nothing that takes long, so that nothing is
 * lost while the network runs on another core, or, with a priority, on the same.
 */

/* The longest wait: the watchdog is looked at so often. */
#define LONGEST_WAIT_NANOSECONDS 10000000u
#define NANOSECONDS_PER_SECOND 1000000000u

static iso_linux_waker waker;
static volatile sig_atomic_t asked_to_end;

static void (*volatile periodic)(uint32_t due_tick); /* what iso_hal_every was given */
static volatile uint32_t period_nanoseconds;
static volatile uint32_t worst_nanoseconds;
static uint64_t due_at;

static void note_end(int number) {
    (void)number;
    asked_to_end = 1;
}

void iso_linux_interrupts_open(void) {
    struct sigaction action = {.sa_handler = note_end};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    iso_linux_waker_open(&waker);
}

void iso_linux_wake_interrupts(void) {
    iso_linux_waker_call(&waker);
}

void iso_hal_every(uint32_t hz, void (*handler)(uint32_t due_tick)) {
    period_nanoseconds = NANOSECONDS_PER_SECOND / hz;
    iso_fence();
    periodic = handler;
    iso_linux_wake_interrupts();
}

uint32_t iso_hal_interrupt_worst_ticks(void) {
    return (uint32_t)((uint64_t)worst_nanoseconds * iso_hal_ticks_per_second /
                      NANOSECONDS_PER_SECOND);
}

static uint32_t ticks_of(uint64_t nanoseconds) {
    return (uint32_t)(nanoseconds * iso_hal_ticks_per_second / NANOSECONDS_PER_SECOND);
}

/* A moment that was slept through is made up for: the handler counts what it takes. */
static bool run_periodic(void) {
    bool ran = false;
    void (*const handler)(uint32_t) = periodic;
    if (handler == NULL) {
        return false;
    }
    iso_fence();
    const uint64_t now = iso_linux_nanoseconds();
    if (due_at == 0u) {
        due_at = now + period_nanoseconds;
    }
    while (due_at <= now) {
        const uint64_t late = now - due_at;
        if (late > worst_nanoseconds) {
            worst_nanoseconds = late > UINT32_MAX ? UINT32_MAX : (uint32_t)late;
        }
        handler(iso_hal_ticks() - ticks_of(late));
        due_at += period_nanoseconds;
        ran = true;
    }
    return ran;
}

static void wait_for_work(fd_set *reading, fd_set *writing) {
    sigset_t open_to;
    FD_ZERO(reading);
    FD_ZERO(writing);
    FD_SET(waker.ends[0], reading);
    const int highest = iso_linux_ports_ask(reading, writing);
    const uint64_t now = iso_linux_nanoseconds();
    uint64_t wait = LONGEST_WAIT_NANOSECONDS;
    if (periodic != NULL && due_at < now + wait) {
        wait = due_at > now ? due_at - now : 0u;
    }
    const struct timespec timeout = {.tv_nsec = (long)wait};
    /* What ends the process is taken here, and nowhere between two of the rings' moves. */
    (void)pthread_sigmask(SIG_SETMASK, NULL, &open_to);
    (void)sigdelset(&open_to, SIGTERM);
    (void)sigdelset(&open_to, SIGINT);
    (void)sigdelset(&open_to, SIGHUP);
    if (pselect((highest > waker.ends[0] ? highest : waker.ends[0]) + 1, reading, writing, NULL,
                &timeout, &open_to) < 0) {
        FD_ZERO(reading);
        FD_ZERO(writing);
    }
}

/* Somebody stopped the service: what a reset pin is to a chip. */
static void end_as_asked(void) {
    iso_linux_record_end(ISO_HAL_RESET_PIN, NULL);
    iso_linux_watchdog_release();
    _exit(0);
}

void iso_linux_interrupts_run(void) {
    fd_set reading;
    fd_set writing;
    /* Aborts go to the application: it is what hangs. */
    sigset_t aborts;
    (void)sigemptyset(&aborts);
    (void)sigaddset(&aborts, SIGABRT);
    (void)pthread_sigmask(SIG_BLOCK, &aborts, NULL);
    for (;;) {
        wait_for_work(&reading, &writing);
        if (asked_to_end != 0) {
            end_as_asked();
        }
        if (FD_ISSET(waker.ends[0], &reading)) {
            iso_linux_waker_clear(&waker);
        }
        const bool received = iso_linux_ports_serve(&reading, &writing);
        if (run_periodic() || received) {
            iso_linux_wake_application();
        }
        if (iso_linux_watchdog_expired()) {
            iso_linux_crash_hung_application();
        }
    }
}

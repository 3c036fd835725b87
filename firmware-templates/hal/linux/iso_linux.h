#ifndef ISO_LINUX_H
#define ISO_LINUX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>

#include "iso_board.h"
#include "iso_hal.h"

/*
 * The application as a process of Linux (docs/linux-arm.md). Two threads: the first stands for the
 * interrupts, it moves bytes between ttys and rings, calls the periodic handler and watches the
 * second; the second is the application, on a stack of its own.
 */

/* Set-up that cannot succeed by itself; systemd tries again after status 1, never after 2. */
#define ISO_LINUX_EXIT_RETRY 1
#define ISO_LINUX_EXIT_USAGE 2

typedef struct {
    const char *link;
    const char *inject;   /* NULL: none */
    const char *state;    /* folder, or NULL: nothing is kept */
    const char *watchdog; /* device of a watchdog of the machine, or NULL */
    int realtime;         /* priority of the interrupts, 0: as every other thread */
} iso_linux_options;

/* From the command line; says what is wrong and ends the process. */
iso_linux_options iso_linux_read_options(int count, char **words);
/* Says what failed, errno's reason, and ends the process. */
void iso_linux_give_up(const char *what, const char *name) __attribute__((noreturn));

/* Of the monotonic clock. */
uint64_t iso_linux_nanoseconds(void);

/* waker.c: a word from one thread to the other, which waits for its first end to be readable. */
typedef struct {
    int ends[2];
} iso_linux_waker;
void iso_linux_waker_open(iso_linux_waker *waker);
void iso_linux_waker_call(const iso_linux_waker *waker);
void iso_linux_waker_clear(const iso_linux_waker *waker);

/* ports.c: opens the ttys. */
void iso_linux_ports_open(const iso_linux_options *options);
/* Adds what is waited for to the sets; gives the highest descriptor. */
int iso_linux_ports_ask(fd_set *reading, fd_set *writing);
/* Moves what can be moved; opens again what was unplugged. True when bytes came. */
bool iso_linux_ports_serve(const fd_set *reading, const fd_set *writing);
/* Until what was written has left the machine, a second at most. */
void iso_linux_ports_drain(void);

/* interrupts.c */
void iso_linux_interrupts_open(void);
/* Does not return. */
void iso_linux_interrupts_run(void) __attribute__((noreturn));
/* The application has something for the interrupts to do. */
void iso_linux_wake_interrupts(void);

/* sleep.c */
void iso_linux_sleep_open(void);
/* Something came that the application may wait for. */
void iso_linux_wake_application(void);

/* watchdog.c */
void iso_linux_watchdog_open(const char *device);
/* True: the application hangs. */
bool iso_linux_watchdog_expired(void);
/* Before an end that somebody wanted. */
void iso_linux_watchdog_release(void);

/* record.c: what one run leaves to the next. */
void iso_linux_record_open(const char *state);
/* From a signal handler too. */
void iso_linux_record_end(iso_hal_reset_cause cause, const iso_hal_crash *crash);

/* crash.c */
void iso_linux_crash_init(const void *guard, size_t guard_bytes);
/* In each thread, before it does anything else. */
void iso_linux_crash_take_stack(void *stack, size_t bytes);
void iso_linux_crash_set_application(pthread_t thread);
/* Ends the process by an abort of the application, which records where it hangs. */
void iso_linux_crash_hung_application(void);

/* flash.c */
void iso_linux_flash_open(const char *state);

/* files.c. Fails like pread and pwrite, or gives all that was asked for; what was written is on the
 * disk. */
bool iso_linux_read_at(int file, uint32_t offset, void *bytes, size_t count);
bool iso_linux_write_at(int file, uint32_t offset, const void *bytes, size_t count);
/* Is on the disk only after iso_linux_sync. */
bool iso_linux_write_behind(int file, uint32_t offset, const void *bytes, size_t count);
bool iso_linux_sync(int file);
uint32_t iso_linux_size(int file);
/* A file of the state folder, made where it is missing. On a disk that Linux has made read-only, as
 * it does after an error, what is there can be read: the device starts, and keeps nothing. */
int iso_linux_open_state(const char *state, const char *name);
bool iso_linux_state_is_read_only(void);

#endif

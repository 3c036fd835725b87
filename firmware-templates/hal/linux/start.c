#include "iso_linux.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * From the system's start to the application's main, which the linker puts under another name
 * (--wrap=main): the application has neither arguments nor threads.
 */

#define PAINT 0xA5u
/* The largest page of 64-bit Arm Linux: what is protected is whole pages. */
#define GUARD_BYTES 65536u
/* For a handler with all registers saved (sigaltstack(2)), the widest vectors included. */
#define SIGNAL_STACK_BYTES 65536u

static struct {
    uint8_t guard[GUARD_BYTES]; /* an overrun faults instead of writing over others */
    uint8_t stack[ISO_BOARD_STACK_BYTES];
} memory __attribute__((aligned(GUARD_BYTES)));
static uint8_t signal_stacks[2][SIGNAL_STACK_BYTES];

static bool lacks_state;
static bool lacks_realtime;

int __real_main(void);
int __wrap_main(int count, char **words);

void iso_hal_init(void) {
    /* All was done before the application began. */
}

const char *iso_hal_complaint(void) {
    if (lacks_state) {
        return "no state folder: settings and crash records are lost at a restart";
    }
    if (iso_linux_state_is_read_only()) {
        return "the state folder is read-only: settings and crash records are lost at a restart";
    }
    return lacks_realtime ? "no real-time priority or locked memory: samples may be late" : NULL;
}

bool iso_hal_ram_is_sound(void) {
    return true; /* the system's business */
}

size_t iso_hal_stack_bytes(void) {
    return sizeof memory.stack;
}

size_t iso_hal_stack_high_water(void) {
    size_t at = 0;
    while (at < sizeof memory.stack && memory.stack[at] == PAINT) {
        at += 1u;
    }
    return sizeof memory.stack - at;
}

static void *run_application(void *nothing) {
    (void)nothing;
    iso_linux_crash_take_stack(signal_stacks[1], SIGNAL_STACK_BYTES);
    _exit(__real_main());
}

static void start_application(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    memset(memory.stack, PAINT, sizeof memory.stack);
    if (mprotect(memory.guard, sizeof memory.guard, PROT_NONE) != 0 ||
        pthread_attr_init(&attributes) != 0 ||
        /* Not the interrupts' priority. */
        pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED) != 0 ||
        pthread_attr_setstack(&attributes, memory.stack, sizeof memory.stack) != 0 ||
        pthread_create(&thread, &attributes, run_application, NULL) != 0) {
        iso_linux_give_up("cannot start", "the application");
    }
    iso_linux_crash_set_application(thread);
}

/* Before the application, and without a wait for pages that Linux has put away. */
static bool take_priority(int priority) {
    const struct sched_param wanted = {.sched_priority = priority};
    return priority == 0 || (pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0 &&
                             mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
}

int __wrap_main(int count, char **words) {
    const iso_linux_options options = iso_linux_read_options(count, words);
    sigset_t ends;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL); /* the interrupts take them */
    lacks_state = options.state == NULL;
    iso_linux_crash_init(memory.guard, sizeof memory.guard);
    iso_linux_crash_take_stack(signal_stacks[0], SIGNAL_STACK_BYTES);
    iso_linux_ports_open(&options);
    iso_linux_record_open(options.state);
    iso_linux_flash_open(options.state);
    iso_linux_watchdog_open(options.watchdog);
    iso_linux_sleep_open();
    iso_linux_interrupts_open();
    lacks_realtime = !take_priority(options.realtime);
    start_application();
    iso_linux_interrupts_run();
}

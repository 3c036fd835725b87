#include "iso_linux.h"

#include <signal.h>
#include <ucontext.h>

/*
 * A fault leaves where it was to the next run, and then ends the process as it would have without
 * this: systemd and core dumps see the signal. Only functions that POSIX allows in a handler
 * (2008, 2.4.3).
 */

#define LINK_REGISTER 30 /* Procedure Call Standard for the Arm 64-bit Architecture, 6.1.1 */

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};

static struct {
    pthread_t application;
    uintptr_t guard;
    size_t guard_bytes;
    volatile sig_atomic_t hangs;
} crash;

static void record_fault(int number, siginfo_t *info, void *context) {
    const ucontext_t *at = context;
    /* The address is the fault's; of a signal that was sent, its field is the sender's. */
    const uintptr_t address = info->si_code > 0 ? (uintptr_t)info->si_addr : 0u;
    /* systemd's watchdog aborts by a signal, the C library by its own thread's. */
    const bool hung = number == SIGABRT && (crash.hangs != 0 || info->si_code == SI_USER);
    const iso_hal_crash found = {
        /* The image lies below 4 GB (-no-pie); of other addresses these are the lower halves. */
        .program_counter = (uint32_t)at->uc_mcontext.pc,
        .link_register = (uint32_t)at->uc_mcontext.regs[LINK_REGISTER],
        .exception = hung ? 0u : (uint32_t)number,
        .configurable_fault_status = (uint32_t)info->si_code,
        .fault_address = (uint32_t)address,
        .stack_overrun = address - crash.guard < crash.guard_bytes ? 1u : 0u,
        .build_id = iso_build_id,
    };
    iso_linux_record_end(hung ? ISO_HAL_RESET_WATCHDOG : ISO_HAL_RESET_FAULT, &found);
    (void)raise(number); /* its handler is gone (SA_RESETHAND) */
}

void iso_linux_crash_init(const void *guard, size_t guard_bytes) {
    crash.guard = (uintptr_t)guard;
    crash.guard_bytes = guard_bytes;
    struct sigaction action = {.sa_sigaction = record_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i += 1u) {
        (void)sigaction(faults[i], &action, NULL);
    }
}

void iso_linux_crash_take_stack(void *stack, size_t bytes) {
    const stack_t alternate = {.ss_sp = stack, .ss_size = bytes};
    (void)sigaltstack(&alternate, NULL);
}

void iso_linux_crash_set_application(pthread_t thread) {
    crash.application = thread;
}

void iso_linux_crash_hung_application(void) {
    if (crash.hangs == 0) {
        crash.hangs = 1;
        (void)pthread_kill(crash.application, SIGABRT);
    }
}

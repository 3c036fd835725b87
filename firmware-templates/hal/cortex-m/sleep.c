#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_hal.h"

/* The longest sleep: the main loop's own clocks (HELLO, STATUS) are late by no more than this. */
#define SYSTICK_HZ 100u
#define SYSTICK_START 7u   /* counter, interrupt, processor clock */
#define SYSTICK_RUNNING 1u /* the counter alone: some cores have the clock's bit fixed at one */

static uint32_t idle_ticks;
static uint32_t worst_clocks;   /* of the SysTick */
static volatile uint32_t wakes; /* interrupts of the SysTick */

static void (*periodic)(void); /* what iso_hal_every was given */

/* It wakes the processor; and since it counts down from its reload value, what it has counted at
 * the entry is what it waited. */
void iso_cortex_systick_interrupt(void) {
    const uint32_t clocks = CORTEX_SYSTICK_RELOAD - CORTEX_SYSTICK_VALUE;
    if (clocks > worst_clocks) {
        worst_clocks = clocks;
    }
    wakes += 1u;
    if (periodic != NULL) {
        periodic();
    }
}

/* An emulator's knows nothing of the clock tree: its board file says what it counts at. */
static uint32_t systick_hz(void) {
#if defined(ISO_BOARD_SYSTICK_HZ)
    return ISO_BOARD_SYSTICK_HZ;
#else
    return iso_chip_core_hz();
#endif
}

static void start_systick(uint32_t hz) {
    CORTEX_SYSTICK_RELOAD = systick_hz() / hz - 1u;
    CORTEX_SYSTICK_VALUE = 0u;
    CORTEX_SYSTICK_CTRL = SYSTICK_START;
}

void iso_hal_every(uint32_t hz, void (*handler)(void)) {
    periodic = handler;
    start_systick(hz);
}

uint32_t iso_hal_interrupt_worst_ticks(void) {
    return (uint32_t)((uint64_t)worst_clocks * iso_hal_ticks_per_second / systick_hz());
}

/* Starts with the first sleep: a program that never sleeps, as one that counts its own
 * instructions, is not interrupted. */
static void start_waking(void) {
    if ((CORTEX_SYSTICK_CTRL & SYSTICK_RUNNING) == 0u) {
        start_systick(SYSTICK_HZ);
    }
}

#if ISO_BOARD_SLEEPS

void iso_hal_wait(void) {
    start_waking();
    /* With interrupts masked a pending one still ends WFI, so none can slip in between. */
    __asm volatile("cpsid i" ::: "memory");
    if (!iso_cortex_bytes_wait()) {
        const uint32_t before = iso_hal_ticks();
        __asm volatile("dsb\n\twfi" ::: "memory");
        idle_ticks += iso_hal_ticks() - before;
    }
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}

#else

void iso_hal_wait(void) {
    start_waking();
    const uint32_t wakes_before = wakes;
    const uint32_t before = iso_hal_ticks();
    while (wakes == wakes_before && !iso_cortex_bytes_wait()) {
    }
    idle_ticks += iso_hal_ticks() - before;
}

#endif

uint32_t iso_hal_idle_ticks(void) {
    return idle_ticks;
}

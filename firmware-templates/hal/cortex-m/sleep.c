#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_hal.h"
#include "iso_ports.h"

/* The longest sleep: the main loop's own clocks (HELLO, STATUS) are late by no more than this. */
#define SYSTICK_HZ 100u
#define SYSTICK_START 7u   /* counter, interrupt, processor clock */
#define SYSTICK_RUNNING 1u /* the counter alone: some cores have the clock's bit fixed at one */

static uint32_t idle_ticks;
static uint32_t worst_clocks;   /* of the SysTick */
static volatile uint32_t wakes; /* interrupts of the SysTick */

/* An interrupt that is held up for longer than a period comes once for all of them: periods are
 * counted by the counter's phase, not by interrupts. */
#define PHASE_ATTEMPTS 4u
#define EXACT_SHARE 8u /* of a period: what the reading of its phase may take */
#define TRACK_SHARE 8

static struct {
    void (*handler)(uint32_t due_tick); /* what iso_hal_every was given */
    uint32_t period_ticks;
    uint32_t due_tick; /* of the newest period that was handled */
} periodic;

/* An emulator's knows nothing of the clock tree: its board file says what it counts at. */
static uint32_t systick_hz(void) {
#if defined(ISO_BOARD_SYSTICK_HZ)
    return ISO_BOARD_SYSTICK_HZ;
#else
    return iso_chip_core_hz();
#endif
}

static uint32_t ticks_of(uint32_t systick_clocks) {
    return (uint32_t)((uint64_t)systick_clocks * iso_hal_ticks_per_second / systick_hz());
}

/* When the period that goes on began. False where it cannot be told now: it ends at this moment, or
 * something came between the readings. The next interrupt will know. */
static bool newest_due(uint32_t *due_tick) {
    for (unsigned attempt = 0; attempt < PHASE_ATTEMPTS; attempt += 1u) {
        const uint32_t before = iso_hal_ticks();
        const uint32_t left = CORTEX_SYSTICK_VALUE;
        if (left == 0u) {
            return false;
        }
        if (iso_hal_ticks() - before <= periodic.period_ticks / EXACT_SHARE) {
            *due_tick = before - ticks_of(CORTEX_SYSTICK_RELOAD - left);
            return true;
        }
    }
    return false;
}

static void handle_periods(void) {
    uint32_t newest;
    if (!newest_due(&newest)) {
        return;
    }
    const int32_t half = (int32_t)(periodic.period_ticks / 2u);
    while ((int32_t)(newest - periodic.due_tick) > half) {
        periodic.due_tick += periodic.period_ticks;
        periodic.handler(periodic.due_tick);
    }
    /* The two clocks may differ: their phase is taken up slowly, so that one odd reading moves
     * little. */
    periodic.due_tick += (uint32_t)((int32_t)(newest - periodic.due_tick) / TRACK_SHARE);
}

/* It wakes the processor; and since it counts down from its reload value, what it has counted at
 * the entry is what it waited. */
void iso_cortex_systick_interrupt(void) {
    const uint32_t clocks = CORTEX_SYSTICK_RELOAD - CORTEX_SYSTICK_VALUE;
    if (clocks > worst_clocks) {
        worst_clocks = clocks;
    }
    wakes += 1u;
    if (periodic.handler != NULL) {
        handle_periods();
    }
}

static void start_systick(uint32_t hz) {
    CORTEX_SYSTICK_RELOAD = systick_hz() / hz - 1u;
    CORTEX_SYSTICK_VALUE = 0u;
    CORTEX_SYSTICK_CTRL = SYSTICK_START;
}

void iso_hal_every(uint32_t hz, void (*handler)(uint32_t due_tick)) {
    periodic.period_ticks = ticks_of(systick_hz() / hz);
    periodic.due_tick = iso_hal_ticks();
    periodic.handler = handler;
    start_systick(hz);
}

uint32_t iso_hal_interrupt_worst_ticks(void) {
    return ticks_of(worst_clocks);
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
    if (!iso_ports_bytes_wait()) {
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
    while (wakes == wakes_before && !iso_ports_bytes_wait()) {
    }
    idle_ticks += iso_hal_ticks() - before;
}

#endif

uint32_t iso_hal_idle_ticks(void) {
    return idle_ticks;
}

#include "cmsdk.h"
#include "iso_hal.h"

/* The longest sleep: the main loop's own clocks (HELLO, STATUS) are late by no more than this. */
#define SYSTICK_HZ 100u
#define SYSTICK_START 7u   /* counter, interrupt, processor clock */
#define SYSTICK_RUNNING 1u /* the counter alone: some cores have the clock's bit fixed at one */

const uint32_t iso_hal_ticks_per_second = ISO_BOARD_COUNTER_HZ;

static uint32_t idle_ticks;

#if ISO_BOARD_COUNTER_IS_CMSDK_TIMER

void iso_cmsdk_clock_init(void) {
    CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_RELOAD) = 0xFFFFFFFFu;
    CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_VALUE) = 0xFFFFFFFFu;
    CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_CTRL) = CMSDK_TIMER_CTRL_ENABLE;
}

uint32_t iso_hal_ticks(void) {
    /* It counts down. */
    return 0xFFFFFFFFu - CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_VALUE);
}

#else /* the system counter of an SSE-300 subsystem (Arm 101773, section 4) */

void iso_cmsdk_clock_init(void) {
    CMSDK_REGISTER(ISO_BOARD_COUNTER_CONTROL) = 1u;
}

uint32_t iso_hal_ticks(void) {
    /* 64 bits wide; the low half is the free-running counter that the interface asks for. */
    return CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE);
}

#endif

void iso_cmsdk_systick_interrupt(void) {
    /* Its only work is to wake the processor. */
}

/* Starts with the first sleep: a program that never sleeps, as one that counts its own
 * instructions, is not interrupted. */
static void start_waking(void) {
    if ((CORTEX_SYSTICK_CTRL & SYSTICK_RUNNING) == 0u) {
        CORTEX_SYSTICK_RELOAD = ISO_BOARD_PERIPHERAL_CLOCK_HZ / SYSTICK_HZ - 1u;
        CORTEX_SYSTICK_VALUE = 0u;
        CORTEX_SYSTICK_CTRL = SYSTICK_START;
    }
}

void iso_hal_wait(void) {
    start_waking();
    /* With interrupts masked a pending one still ends WFI, so none can slip in between. */
    __asm volatile("cpsid i" ::: "memory");
    if (!iso_cmsdk_bytes_wait()) {
        const uint32_t before = iso_hal_ticks();
        __asm volatile("dsb\n\twfi" ::: "memory");
        idle_ticks += iso_hal_ticks() - before;
    }
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}

uint32_t iso_hal_idle_ticks(void) {
    return idle_ticks;
}

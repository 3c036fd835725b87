#include "cmsdk.h"
#include "iso_chip.h"
#include "iso_hal.h"

/*
 * The watchdog counts down twice: at the end of the first count it raises NMI, whose handler leaves
 * the crash record and restarts; should that not run, the end of the second count resets.
 */

#if ISO_BOARD_WATCHDOG_HZ > 0

static void write(uint32_t offset, uint32_t value) {
    CMSDK_REGISTER(ISO_BOARD_WATCHDOG_BASE + CMSDK_WATCHDOG_LOCK) = CMSDK_WATCHDOG_UNLOCK;
    CMSDK_REGISTER(ISO_BOARD_WATCHDOG_BASE + offset) = value;
    /* Any other value locks: a stray write does not reach it. */
    CMSDK_REGISTER(ISO_BOARD_WATCHDOG_BASE + CMSDK_WATCHDOG_LOCK) = 0u;
}

void iso_hal_watchdog_start(uint32_t timeout_ms) {
    write(CMSDK_WATCHDOG_LOAD, (uint32_t)((uint64_t)ISO_BOARD_WATCHDOG_HZ * timeout_ms / 1000u));
    write(CMSDK_WATCHDOG_CONTROL, CMSDK_WATCHDOG_CONTROL_INTERRUPT | CMSDK_WATCHDOG_CONTROL_RESET);
}

void iso_hal_watchdog_feed(void) {
    /* Clearing the interrupt reloads the counter. */
    write(CMSDK_WATCHDOG_INTERRUPT_CLEAR, 1u);
}

#else /* a machine without one */

void iso_hal_watchdog_start(uint32_t timeout_ms) {
    (void)timeout_ms;
}

void iso_hal_watchdog_feed(void) {
}

#endif

iso_hal_reset_cause iso_chip_take_reset_cause(void) {
    /* The design kit's RSTINFO register is not there on the emulated machines. */
    return ISO_HAL_RESET_UNANNOUNCED;
}

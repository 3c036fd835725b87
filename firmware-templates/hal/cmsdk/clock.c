#include "cmsdk.h"
#include "iso_chip.h"
#include "iso_hal.h"

#include <stddef.h>

/* An FPGA image has one clock, which needs no start. */
uint32_t iso_chip_core_hz(void) {
    return ISO_BOARD_CORE_CLOCK_HZ;
}

const char *iso_hal_complaint(void) {
    return NULL;
}

const uint32_t iso_hal_ticks_per_second = ISO_BOARD_COUNTER_HZ;

#if ISO_BOARD_COUNTER_IS_CMSDK_TIMER

void iso_chip_clock_init(void) {
    CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_RELOAD) = 0xFFFFFFFFu;
    CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_VALUE) = 0xFFFFFFFFu;
    CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_CTRL) = CMSDK_TIMER_CTRL_ENABLE;
}

uint32_t iso_hal_ticks(void) {
    /* It counts down. */
    return 0xFFFFFFFFu - CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE + CMSDK_TIMER_VALUE);
}

#else /* the system counter of an SSE-300 subsystem (Arm 101773, section 4) */

void iso_chip_clock_init(void) {
    CMSDK_REGISTER(ISO_BOARD_COUNTER_CONTROL) = 1u;
}

uint32_t iso_hal_ticks(void) {
    /* 64 bits wide; the low half is the free-running counter that the interface asks for. */
    return CMSDK_REGISTER(ISO_BOARD_COUNTER_BASE);
}

#endif

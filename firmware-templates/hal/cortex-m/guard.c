#include "cortex_m.h"

/*
 * A stack overrun must stop the device at once, not when an interrupt happens to trip over it. The
 * stack lies at the very bottom of RAM; not every bus answers an access below with an error (the
 * MPS2 images read zero there), so the processor itself is told.
 */

#if __ARM_ARCH >= 8

/* Armv8-M has a stack limit register: crossing it is a usage fault (STKOF). */
extern uint32_t iso_stack_bottom[];

void iso_cortex_guard_stack(void) {
    __asm volatile("msr msplim, %0" ::"r"(iso_stack_bottom));
}

#else

/* Armv7-M, and Armv6-M where it has one: one region of the MPU, no access (B3.5), just below RAM;
 * its size must be a power of two and its base a multiple of it. Small enough to leave alone what
 * chips keep further down (option bytes, serial numbers), and more than any frame here could step
 * over. */
#define MPU_TYPE CORTEX_REGISTER(0xE000ED90u)
#define MPU_CTRL CORTEX_REGISTER(0xE000ED94u)
#define MPU_RBAR CORTEX_REGISTER(0xE000ED9Cu)
#define MPU_RASR CORTEX_REGISTER(0xE000EDA0u)
#define RBAR_REGION_0 (1u << 4)
#define RASR_NO_ACCESS_32_KB ((1u << 28) | (14u << 1) | 1u) /* XN, size 2^15, enable */
#define CTRL_ENABLE_WITH_DEFAULT_MAP 5u                     /* elsewhere as without an MPU */
#define GUARD_BYTES 0x8000u

_Static_assert(ISO_BOARD_RAM_ORIGIN % GUARD_BYTES == 0u && ISO_BOARD_RAM_ORIGIN > GUARD_BYTES,
               "the guard must end where RAM begins and leave flash alone");

void iso_cortex_guard_stack(void) {
    if (MPU_TYPE == 0u) {
        return; /* a processor without the optional MPU */
    }
    MPU_RBAR = (ISO_BOARD_RAM_ORIGIN - GUARD_BYTES) | RBAR_REGION_0;
    MPU_RASR = RASR_NO_ACCESS_32_KB;
    MPU_CTRL = CTRL_ENABLE_WITH_DEFAULT_MAP;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

#endif

#include "cmsdk.h"

/*
 * A stack overrun must stop the device at once, not when an interrupt happens to trip over it. The
 * stack lies at the very bottom of RAM; not every bus answers an access below with an error (the
 * MPS2 images read zero there), so the processor itself is told.
 */

#if __ARM_ARCH >= 8

/* Armv8-M has a stack limit register: crossing it is a usage fault (STKOF). */
extern uint32_t iso_stack_bottom[];

void iso_cmsdk_guard_stack(void) {
    __asm volatile("msr msplim, %0" ::"r"(iso_stack_bottom));
}

#else

/* Armv7-M, and Armv6-M where it has one: one region of the MPU, no access (B3.5). 256 MB below RAM,
 * which lies at 0x20000000 on every board of this family; the size must be a power of two and the
 * base a multiple of it. */
#define MPU_TYPE CMSDK_REGISTER(0xE000ED90u)
#define MPU_CTRL CMSDK_REGISTER(0xE000ED94u)
#define MPU_RBAR CMSDK_REGISTER(0xE000ED9Cu)
#define MPU_RASR CMSDK_REGISTER(0xE000EDA0u)
#define RBAR_REGION_0 (1u << 4)
#define RASR_NO_ACCESS_256_MB ((1u << 28) | (27u << 1) | 1u) /* XN, size 2^28, enable */
#define CTRL_ENABLE_WITH_DEFAULT_MAP 5u                      /* elsewhere as without an MPU */
#define GUARD_BYTES 0x10000000u

_Static_assert(ISO_BOARD_RAM_ORIGIN % GUARD_BYTES == 0u && ISO_BOARD_RAM_ORIGIN > GUARD_BYTES,
               "the guard must end where RAM begins and leave flash alone");

void iso_cmsdk_guard_stack(void) {
    if (MPU_TYPE == 0u) {
        return; /* a processor without the optional MPU */
    }
    MPU_RBAR = (ISO_BOARD_RAM_ORIGIN - GUARD_BYTES) | RBAR_REGION_0;
    MPU_RASR = RASR_NO_ACCESS_256_MB;
    MPU_CTRL = CTRL_ENABLE_WITH_DEFAULT_MAP;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

#endif

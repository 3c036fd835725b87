#include "cortex_m.h"
#include "stm32h7_flash.h"

#include <string.h>

/*
 * A unit of flash whose programming was cut short answers with a bus error (RM0433 4.3.12, double
 * detection). A processor at the priority of the fault handler's goes on over it, when it is told
 * so, and leaves a mark (Armv7-M B1.5.8, B3.2.8, B3.2.15).
 */
#define CCR CORTEX_REGISTER(0xE000ED14u)
#define CCR_IGNORE_BUS_FAULTS (1u << 8) /* BFHFNMIGN */
#define CFSR_BUS_FAULTS 0xFF00u         /* BFSR; a bit is cleared by writing 1 */

bool stm32h7_copy_from_flash(uint8_t *to, uint32_t from, size_t count) {
    uint32_t mask;
    __asm volatile("mrs %0, faultmask\n\tcpsid f" : "=r"(mask)::"memory");
    CCR |= CCR_IGNORE_BUS_FAULTS;
    CORTEX_CFSR = CFSR_BUS_FAULTS;
    iso_cortex_barrier();
    memcpy(to, (const uint8_t *)(uintptr_t)from, count);
    iso_cortex_barrier();
    const bool whole = (CORTEX_CFSR & CFSR_BUS_FAULTS) == 0u;
    CORTEX_CFSR = CFSR_BUS_FAULTS;
    CCR &= ~CCR_IGNORE_BUS_FAULTS;
    iso_cortex_barrier();
    __asm volatile("msr faultmask, %0" ::"r"(mask) : "memory");
    return whole;
}

#include "cortex_m.h"
#include "iso_hal_boot.h"

#define CORTEX_VTOR CORTEX_REGISTER(0xE000ED08u) /* Armv7-M B3.2.5 */

/* Most chips start fast enough. */
__attribute__((weak)) void iso_hal_hurry(void) {
}

void iso_hal_start_image(iso_hal_flash_area slot, uint32_t program_offset, uint32_t program_bytes) {
    (void)program_bytes; /* it runs where it lies, its vector table first */
    const uint32_t vector_table_address = iso_hal_flash_address(slot) + program_offset;
    const uint32_t initial_stack = CORTEX_REGISTER(vector_table_address);
    const uint32_t reset = CORTEX_REGISTER(vector_table_address + 4u);
    CORTEX_VTOR = vector_table_address;
    __asm volatile("dsb\n\tisb\n\t"
                   "msr msp, %0\n\t"
                   "bx %1" ::"r"(initial_stack),
                   "r"(reset)
                   : "memory");
    __builtin_unreachable();
}

void iso_hal_halt(void) {
    for (;;) {
        __asm volatile("wfi");
    }
}

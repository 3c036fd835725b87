#include "cortex_m.h"
#include "stm32u5_flash.h"

/* Flash that finds two wrong bits interrupts so (RM0456 7.3.3); any other cause is a fault, which
 * wants the stack as the exception left it. */
__attribute__((naked)) void iso_cortex_nmi(void) {
    __asm volatile("push {r4, lr}\n\t"
                   "bl stm32u5_take_damage\n\t"
                   "pop {r4, lr}\n\t"
                   "cbnz r0, 1f\n\t"
                   "b.w iso_cortex_fault\n"
                   "1: bx lr");
}

#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_chip_interrupts.h"
#include "iso_hal.h"

#include <string.h>

/*
 * From reset to main. The stack lies at the bottom of RAM, below everything else, so that an
 * overrun leaves RAM and faults instead of eating the arena.
 */

#define PAINT 0xA5A5A5A5u
/* Below the frame of the painting function itself. */
#define PAINT_MARGIN_WORDS 16u

extern uint32_t iso_stack_bottom[];
extern uint32_t iso_stack_top[];
extern uint32_t iso_data_load[];
extern uint32_t iso_data_start[];
extern uint32_t iso_data_end[];
extern uint32_t iso_bss_start[];
extern uint32_t iso_bss_end[];

/* Some images take arguments on other machines; here there are none. */
int main(int argument_count, char **arguments);
void iso_reset(void);

void iso_cortex_paint_stack(void) {
    uint32_t *here;
    __asm volatile("mov %0, sp" : "=r"(here));
    for (uint32_t *word = iso_stack_bottom; word < here - PAINT_MARGIN_WORDS; word += 1) {
        *word = PAINT;
    }
}

size_t iso_hal_stack_bytes(void) {
    return (size_t)((uintptr_t)iso_stack_top - (uintptr_t)iso_stack_bottom);
}

size_t iso_hal_stack_high_water(void) {
    const volatile uint32_t *word = iso_stack_bottom;
    while ((uintptr_t)word < (uintptr_t)iso_stack_top && *word == PAINT) {
        word += 1;
    }
    return (size_t)((uintptr_t)iso_stack_top - (uintptr_t)word);
}

void iso_hal_init(void) {
    iso_chip_clock_init();
    iso_cortex_reset_init();
    iso_cortex_ports_init();
    __asm volatile("cpsie i" ::: "memory");
}

void iso_reset(void) {
    /* Full access to the FPU and Helium: coprocessors 10 and 11, Armv7-M B3.2.20. Before any code
     * that the compiler may have given a floating-point register. */
    if (ISO_BOARD_HAS_FPU) {
        CORTEX_CPACR |= 0xFu << 20;
        __asm volatile("dsb\n\tisb" ::: "memory");
    }
    CORTEX_SHCSR |= 7u << 16; /* memory, bus and usage faults get their own exception numbers */
    const bool ram_sound = iso_cortex_march_ram();
    iso_cortex_paint_stack();
    iso_cortex_guard_stack();
    memcpy(iso_data_start, iso_data_load,
           (size_t)((uintptr_t)iso_data_end - (uintptr_t)iso_data_start));
    memset(iso_bss_start, 0, (size_t)((uintptr_t)iso_bss_end - (uintptr_t)iso_bss_start));
    iso_cortex_note_ram(ram_sound);
    (void)main(0, NULL);
    for (;;) {
    }
}

/* The frame may be unusable after a stack overrun, so the handler moves to a fresh stack first: the
 * top of the same one, whose old content is of no more use. */
__attribute__((naked)) void iso_cortex_fault(void) {
    __asm volatile("mrs r0, msp\n\t"
                   "ldr r1, =iso_stack_top\n\t"
                   "msr msp, r1\n\t"
                   "ldr r1, =iso_cortex_record_fault\n\t" /* Armv6-M: b reaches 2 KB only */
                   "bx r1\n\t"
                   ".ltorg");
}

/* Nothing here causes it but a chip that says so (flash with an error-correcting code). */
__attribute__((weak, alias("iso_cortex_fault"))) void iso_cortex_nmi(void);

typedef void (*vector)(void);

typedef struct {
    const void *initial_stack;
    vector system[15];
    vector interrupt[ISO_BOARD_IRQ_COUNT];
} vector_table;

/* System entries: reset, NMI, hard, memory, bus, usage fault, four reserved, SVC, debug, reserved,
 * PendSV, SysTick. An exception that nobody should raise is a fault. */
extern const vector_table iso_vectors;
__attribute__((section(".vectors"), used)) const vector_table iso_vectors = {
    .initial_stack = iso_stack_top,
    .system = {iso_reset, iso_cortex_nmi, iso_cortex_fault, iso_cortex_fault, iso_cortex_fault,
               iso_cortex_fault, 0, 0, 0, 0, iso_cortex_fault, iso_cortex_fault, 0,
               iso_cortex_fault, iso_cortex_systick_interrupt},
    .interrupt = {ISO_CHIP_INTERRUPTS},
};

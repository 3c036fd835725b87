#ifndef ISO_HAL_CORTEX_M_H
#define ISO_HAL_CORTEX_M_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso_board.h"

/*
 * The processor, which is the same in every chip: its registers (Armv7-M architecture reference,
 * B3) and what this folder makes of them.
 */

#define CORTEX_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define CORTEX_SYSTICK_CTRL CORTEX_REGISTER(0xE000E010u)
#define CORTEX_SYSTICK_RELOAD CORTEX_REGISTER(0xE000E014u)
#define CORTEX_SYSTICK_VALUE CORTEX_REGISTER(0xE000E018u)
#define CORTEX_NVIC_ENABLE(irq) CORTEX_REGISTER(0xE000E100u + 4u * ((irq) / 32u))
/* Four interrupts a word: Armv6-M knows no access to one byte (B3.4.9). */
#define CORTEX_NVIC_PRIORITIES(irq) CORTEX_REGISTER(0xE000E400u + 4u * ((irq) / 4u))
#define CORTEX_ICSR CORTEX_REGISTER(0xE000ED04u)
#define CORTEX_AIRCR CORTEX_REGISTER(0xE000ED0Cu)
#define CORTEX_CPUID CORTEX_REGISTER(0xE000ED00u)
#define CORTEX_SHCSR CORTEX_REGISTER(0xE000ED24u)
#define CORTEX_CFSR CORTEX_REGISTER(0xE000ED28u)
#define CORTEX_MMFAR CORTEX_REGISTER(0xE000ED34u)
#define CORTEX_BFAR CORTEX_REGISTER(0xE000ED38u)
#define CORTEX_CPACR CORTEX_REGISTER(0xE000ED88u)

static inline void iso_cortex_enable_interrupt(uint32_t irq) {
    CORTEX_NVIC_ENABLE(irq) = 1u << (irq % 32u);
}

/* After reset all are 0, the most urgent. Chips have the upper bits only, two of them at least. */
#define CORTEX_PRIORITY_LATER 0x80u

static inline void iso_cortex_set_priority(uint32_t irq, uint32_t priority) {
    const uint32_t shift = irq % 4u * 8u;
    CORTEX_NVIC_PRIORITIES(irq) = (CORTEX_NVIC_PRIORITIES(irq) & ~(0xFFu << shift)) | priority
                                                                                          << shift;
}

/* Holds interrupts off; gives what iso_cortex_unmask needs to restore. */
static inline uint32_t iso_cortex_mask(void) {
    uint32_t mask;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(mask)::"memory");
    return mask;
}

static inline void iso_cortex_unmask(uint32_t mask) {
    __asm volatile("msr primask, %0" ::"r"(mask) : "memory");
}

/* What was written has reached its memory before anything that follows. */
static inline void iso_cortex_barrier(void) {
    __asm volatile("dsb\n\tisb" ::: "memory");
}

void iso_cortex_ports_init(void);
void iso_cortex_reset_init(void);
void iso_cortex_paint_stack(void);
void iso_cortex_guard_stack(void);
/* Before any variable has its value: tests all memory that nothing lies in yet. */
bool iso_cortex_march_ram(void);
/* What it found, once variables have theirs. */
void iso_cortex_note_ram(bool sound);
/* Whether the program itself lies there. */
bool iso_cortex_image_lies_in(uint32_t first, uint32_t count);
/* Both caches, of a processor that has them. */
void iso_cortex_enable_caches(void);
/* What the data cache alone knows reaches memory. */
void iso_cortex_write_back(const void *memory, size_t count);
/* What the caches hold of memory that is only read goes: it has changed beneath them. */
void iso_cortex_forget(uint32_t address, uint32_t count);

/* Interrupt handlers, named in the vector table. */
void iso_cortex_link_interrupt(void);
void iso_cortex_inject_interrupt(void);
void iso_cortex_systick_interrupt(void);
void iso_cortex_fault(void);
/* iso_cortex_fault, too, but where a chip family has its own. */
void iso_cortex_nmi(void);

#endif

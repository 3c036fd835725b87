#ifndef ISO_HAL_CORTEX_M_H
#define ISO_HAL_CORTEX_M_H

#include "iso_board.h"
#include "model_registers.h"

/* In the place of the processor's own header, for drivers that run on a model. */

#define CORTEX_PRIORITY_LATER 0x80u

static inline void iso_cortex_enable_interrupt(uint32_t irq) {
    model_interrupt_enable(irq);
}

static inline void iso_cortex_set_priority(uint32_t irq, uint32_t priority) {
    model_interrupt_priority(irq, priority);
}

static inline uint32_t iso_cortex_mask(void) {
    return model_interrupts_mask();
}

static inline void iso_cortex_unmask(uint32_t mask) {
    model_interrupts_unmask(mask);
}

#endif

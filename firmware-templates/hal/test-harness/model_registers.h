#ifndef MODEL_REGISTERS_H
#define MODEL_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A chip family's model of its registers: of the parts that its drivers for a converter touch, and
 * written from the manual, not from the drivers. What they do wrong it counts.
 */
uint32_t model_register_read(uint32_t address);
void model_register_write(uint32_t address, uint32_t value);

/* When something happens next in it; INT64_MAX: nothing does. */
int64_t model_chip_next_ns(void);
void model_chip_step(void);
/* The pin of a converter that says that data are ready falls. */
void model_chip_data_ready(void);
/* Whether the line of this interrupt is up. */
bool model_chip_interrupts(uint32_t irq);
/* So many exchanges from now on stop in their middle, until the driver takes the bus down. */
void model_chip_stick(uint32_t exchanges);
uint32_t model_chip_violations(void);

/* What it asks of the bench around it: time, pins, and one byte on the bus, at its last clock. */
int64_t model_chip_now_ns(void);
void model_chip_pin(uint32_t pin, bool high);
uint8_t model_chip_byte(uint8_t out);

/* The processor, of cortex_m.h. */
void model_interrupt_enable(uint32_t irq);
void model_interrupt_priority(uint32_t irq, uint32_t priority);
uint32_t model_interrupts_mask(void);
void model_interrupts_unmask(uint32_t mask);

#endif

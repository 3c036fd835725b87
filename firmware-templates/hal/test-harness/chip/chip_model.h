#ifndef ISO_CHIP_MODEL_H
#define ISO_CHIP_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The registers of a chip, as functions: put in front of the family's sources by the compiler's
 * -include, so that each access of theirs comes here. A register gives a cell that holds what is
 * read; what the program left there is seen as a write at the next access. A write of what was read
 * is therefore not seen; the registers for which that matters (keys, flags to be cleared) read as
 * something else.
 */

volatile uint32_t *chip_model_register(uint32_t address);
#define STM32_REGISTER(address) (*chip_model_register(address))
#define NRF52_REGISTER(address) (*chip_model_register(address))

/* The last write, too. */
void chip_model_settle(void);
/* As a reset leaves the registers. */
void chip_model_reset(void);
/* Accesses since the start: the model's time. */
uint32_t chip_model_time(void);
/* What the registers hold, without the chip's part in it. */
uint32_t chip_model_stored(uint32_t address);
void chip_model_store(uint32_t address, uint32_t value);
bool chip_model_bit(uint32_t address, uint32_t number);
uint32_t chip_model_field(uint32_t address, uint32_t shift, uint32_t width);
/* Something that the manual forbids; objections are what a test looks at first. */
void chip_model_object(const char *what);
void chip_model_print_objections(void);
/* The first that was not printed, or NULL. */
const char *chip_model_objection(void);
/* What the chip is to suffer from, by the test's names. */
void chip_model_suffer(const char *fault);
bool chip_model_suffers(const char *fault);

/* Of the chip (a family's test-harness): */

uint32_t model_reset_value(uint32_t address);
/* What a register reads, given what was stored there. */
uint32_t model_read(uint32_t address, uint32_t stored);
/* What is stored when this is written. */
uint32_t model_write(uint32_t address, uint32_t before, uint32_t value);
#endif

#ifndef ISO_POWER_FAILURE_H
#define ISO_POWER_FAILURE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "iso_hal_flash.h"

/*
 * Flash that loses its power in a chosen operation, which is left half done: flash in memory
 * (flash_model.c), whose operations are bytes that are programmed or erased; the model of a chip's
 * below the chip's own driver, words and parts of an erasure (hal/nrf52/test-harness/
 * nrf52_flash_model.c) or units and sectors (hal/test-harness/chip/flash_cuts.c); and files
 * (hal/linux/test-harness/files_model.c).
 */

#define MODEL_NEVER UINT32_MAX

/* Where the processor goes when the power fails. model_start is what comes next. */
extern jmp_buf model_power_failure;

void model_erase_all(void);
/* The device starts, after a power failure or a restart. */
void model_start(void);
/* Power fails in this operation from now, counted from 0. Torn, it leaves noise in what was being
 * erased or programmed, as real flash may; else most of it is as it was. */
void model_cut_at(uint32_t operation, bool torn);
/* Since model_cut_at. */
uint32_t model_operations(void);
/* As a programmer writes it, without an operation. */
void model_put(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, uint32_t count);
/* All of the flash as it is, and as it was then: of flash with MODEL_SAVES, whose sectors hold so
 * many records that they are written once. */
void model_save(void);
void model_restore(void);
/* Something that was done since the start and that the chip's manual forbids, or NULL. */
const char *model_objection(void);

/* For the flash: */

/* Another operation begins; true: it is the one in which the power fails. */
bool model_power_fails(void);
bool model_is_torn(void);
/* 16 bits. */
uint32_t model_noise(void);

#endif

#ifndef ISO_FLASH_MODEL_H
#define ISO_FLASH_MODEL_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "iso_hal_flash.h"

/*
 * Flash in memory that loses its power: each byte that is programmed or erased is an operation, and
 * at the chosen one it stops there, in the middle of the byte. Torn, it leaves the rest of a sector
 * that was being erased as noise, as a real one may. With an error-correcting code, a unit in which
 * that happened cannot be read until its sector is erased, whatever is programmed there.
 */

#ifndef MODEL_HAS_ERROR_CORRECTION
#define MODEL_HAS_ERROR_CORRECTION 0
#endif

#define MODEL_NEVER UINT32_MAX

/* Where the processor goes when the power fails. model_start is what comes next. */
extern jmp_buf model_power_failure;

void model_erase_all(void);
/* The device starts, after a power failure or a restart. */
void model_start(void);
/* Power fails in this operation from now, counted from 0. */
void model_cut_at(uint32_t operation, bool torn);
/* Since model_cut_at. */
uint32_t model_operations(void);
/* As a programmer writes it, without an operation. */
void model_write(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, uint32_t count);

#endif

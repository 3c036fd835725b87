#ifndef ISO_FLASH_AREAS_H
#define ISO_FLASH_AREAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso_hal_flash.h"

/*
 * The areas of the board file, for a chip family that writes its flash: this folder answers
 * iso_hal_flash_area_bytes and its like, the family's erases and programs. What a driver may be
 * asked for:
 */

bool iso_flash_may_read(iso_hal_flash_area area, uint32_t offset, size_t count);
bool iso_flash_may_erase(iso_hal_flash_area area, uint32_t offset);
bool iso_flash_may_program(iso_hal_flash_area area, uint32_t offset, size_t count);

#endif

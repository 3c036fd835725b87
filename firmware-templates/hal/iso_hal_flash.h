#ifndef ISO_HAL_FLASH_H
#define ISO_HAL_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso_board.h"

/*
 * Flash that the firmware itself writes, with the semantics of NOR flash: erasing sets a whole
 * sector to 0xFF, programming only turns ones into zeros, power may fail between any two bytes of
 * either. The board file says where the areas lie ("flashAreas"); a board without them has areas of
 * no bytes, in which every write fails.
 */

typedef enum {
    ISO_HAL_FLASH_SLOT_A = 0,        /* an image */
    ISO_HAL_FLASH_SLOT_B = 1,        /* the other */
    ISO_HAL_FLASH_BOOT_STATE = 2,    /* which of them runs; two sectors or more */
    ISO_HAL_FLASH_CONFIGURATION = 3, /* what is kept over resets; two sectors or more */
    ISO_HAL_FLASH_AREA_COUNT = 4
} iso_hal_flash_area;

/* Offsets and counts of iso_hal_flash_program are multiples of it. A unit of this size is
 * programmed once between two erasures: flash with an error-correcting code allows no more. */
#define ISO_HAL_FLASH_WRITE_BYTES ISO_BOARD_FLASH_WRITE_BYTES

/* 0: the board has no such area. */
uint32_t iso_hal_flash_area_bytes(iso_hal_flash_area area);
/* Equal in all of an area; an area is whole sectors. */
uint32_t iso_hal_flash_sector_bytes(iso_hal_flash_area area);
/* Where the processor executes the area. It is read by iso_hal_flash_read alone: flash with an
 * error-correcting code answers an access to a unit whose programming was cut short with a fault.
 */
uint32_t iso_hal_flash_address(iso_hal_flash_area area);

/* False: outside of the area, not a multiple of what it must be, or the flash refused; reading:
 * what lies there is damaged. None of them returns before its work is done: erasing takes up to
 * some seconds for a large sector, in which the watchdog is fed, and interrupts wait where the
 * program lies in the flash that is erased. */
bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count);
/* The one sector that begins at offset. */
bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset);
bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count);

#endif

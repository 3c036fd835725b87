#ifndef ISO_HAL_BOOT_H
#define ISO_HAL_BOOT_H

#include <stdint.h>

#include "iso_hal_flash.h"

/* Before anything else: a chip that a reset leaves on a slow clock takes a faster one that needs
 * nothing from outside. An image starts from there as from a reset. */
void iso_hal_hurry(void);
/* Hands the processor to the program that lies there in a slot; as from a reset, but for what the
 * boot loader left in RAM. Does not return. */
void iso_hal_start_image(iso_hal_flash_area slot, uint32_t program_offset, uint32_t program_bytes);
/* There is nothing to start. Does not return. */
void iso_hal_halt(void);

#endif

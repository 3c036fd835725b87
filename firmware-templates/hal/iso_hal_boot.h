#ifndef ISO_HAL_BOOT_H
#define ISO_HAL_BOOT_H

#include <stdint.h>

/* Before anything else: a chip that a reset leaves on a slow clock takes a faster one that needs
 * nothing from outside. An image starts from there as from a reset. */
void iso_hal_hurry(void);
/* Hands the processor to the image whose vector table lies there; as from a reset, but for what the
 * boot loader left in RAM. Does not return. */
void iso_hal_start_image(uint32_t vector_table_address);
/* Sleeps for ever: there is nothing to start. */
void iso_hal_halt(void);

#endif

#ifndef ISO_HAL_BOOT_H
#define ISO_HAL_BOOT_H

#include <stdint.h>

/* Hands the processor to the image whose vector table lies there; as from a reset, but for what the
 * boot loader left in RAM. Does not return. */
void iso_hal_start_image(uint32_t vector_table_address);
/* Sleeps for ever: there is nothing to start. */
void iso_hal_halt(void);

#endif

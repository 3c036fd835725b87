#ifndef ISO_HAL_STM32H7_FLASH_H
#define ISO_HAL_STM32H7_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False: some of it is damaged. */
bool stm32h7_copy_from_flash(uint8_t *to, uint32_t from, size_t count);

#endif

#ifndef ISO_HAL_STM32U5_FLASH_H
#define ISO_HAL_STM32U5_FLASH_H

#include <stdbool.h>

/* Whether the non-maskable interrupt was that of a damaged unit which iso_hal_flash_read came upon;
 * then it is noted. */
bool stm32u5_take_damage(void);

#endif

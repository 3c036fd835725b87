#ifndef ISO_HAL_CORTEX_M_H
#define ISO_HAL_CORTEX_M_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The processor of the models, in the place of hal/cortex-m/cortex_m.h: what the families' sources
 * ask of it. */

uint32_t iso_cortex_mask(void);
void iso_cortex_unmask(uint32_t mask);
void iso_cortex_barrier(void);
bool iso_cortex_image_lies_in(uint32_t first, uint32_t count);
void iso_cortex_enable_caches(void);
void iso_cortex_forget(uint32_t address, uint32_t count);

#endif

#ifndef ISO_NRF52_FLASH_MODEL_H
#define ISO_NRF52_FLASH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Power fails in this operation from now, counted from 0: a word that is programmed, or a part of
 * an erasure. It is left half done, with bits that read differently from time to time; of a page
 * all that were zeros (torn) or some. Then power_fails is called, which does not return.
 */
void nrf52_model_cut_at(uint32_t operation, bool torn, void (*power_fails)(void));
/* Since then. */
uint32_t nrf52_model_operations(void);
/* All of it erased, by a programmer. */
void nrf52_model_erase_all(void);

#endif

#ifndef ISO_HAL_NRF52_SPI_H
#define ISO_HAL_NRF52_SPI_H

#include "nrf52.h"

/* An interrupt's number is the peripheral's place in the address space (6.1.10). */
#define NRF52_GPIOTE_BASE 0x40006000u
#define NRF52_DATA_READY_IRQ 6u
#define NRF52_EXCHANGE_IRQ ((ISO_BOARD_AFE_SPI_BASE >> 12) & 0xFFu)

/* Interrupt handlers, named in the vector table. */
void nrf52_data_ready_interrupt(void);
void nrf52_exchange_interrupt(void);

/* Nothing where the image has no converter. */
void nrf52_data_ready_init(void);

#endif

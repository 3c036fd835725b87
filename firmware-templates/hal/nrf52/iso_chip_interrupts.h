#ifndef ISO_CHIP_INTERRUPTS_H
#define ISO_CHIP_INTERRUPTS_H

#include "iso_board.h"

/* An interrupt's number is the peripheral's place in the address space (6.1.10): the watchdog lies
 * at 0x40010000. */
#define NRF52_WATCHDOG_IRQ 16u

#if ISO_BOARD_HAS_AFE
#include "nrf52_spi.h"
#define NRF52_AFE_INTERRUPTS                                                                       \
    [NRF52_DATA_READY_IRQ] = nrf52_data_ready_interrupt,                                           \
    [NRF52_EXCHANGE_IRQ] = nrf52_exchange_interrupt,
#else
#define NRF52_AFE_INTERRUPTS
#endif

/* One interrupt for both directions of the UART; the chip has one UART without DMA. */
#define ISO_CHIP_INTERRUPTS                                                                        \
    NRF52_AFE_INTERRUPTS[ISO_BOARD_LINK_RECEIVE_IRQ] = iso_cortex_link_interrupt,                  \
    [NRF52_WATCHDOG_IRQ] = iso_cortex_fault

#define ISO_CHIP_WATCHDOG_EXCEPTION (16u + NRF52_WATCHDOG_IRQ)

#endif

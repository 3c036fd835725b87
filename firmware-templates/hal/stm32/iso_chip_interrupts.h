#ifndef ISO_CHIP_INTERRUPTS_H
#define ISO_CHIP_INTERRUPTS_H

#include "iso_board.h"

#if ISO_BOARD_HAS_AFE
#include "stm32_spi.h"
#define STM32_AFE_INTERRUPTS                                                                       \
    [STM32_DATA_READY_IRQ] = stm32_data_ready_interrupt,                                           \
    [STM32_EXCHANGE_IRQ] = stm32_exchange_interrupt,
#else
#define STM32_AFE_INTERRUPTS
#endif

/* One interrupt a USART, for both directions. */
#if ISO_BOARD_HAS_INJECT
#define STM32_INJECT_INTERRUPT [ISO_BOARD_INJECT_RECEIVE_IRQ] = iso_cortex_inject_interrupt,
#else
#define STM32_INJECT_INTERRUPT
#endif

#define ISO_CHIP_INTERRUPTS                                                                        \
    STM32_AFE_INTERRUPTS STM32_INJECT_INTERRUPT[ISO_BOARD_LINK_RECEIVE_IRQ] =                      \
        iso_cortex_link_interrupt

#endif

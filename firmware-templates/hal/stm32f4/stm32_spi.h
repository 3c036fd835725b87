#ifndef ISO_HAL_STM32_SPI_H
#define ISO_HAL_STM32_SPI_H

#include "iso_board.h"

/*
 * The SPI of the converter with its two DMA streams, and the line of its data-ready pin: their
 * interrupts (position in the vector table: RM0090 table 62, RM0390 table 38) and the streams'
 * requests (RM0090 tables 43 and 44, RM0390 tables 28 and 29).
 */
#define STM32_DMA1_BASE 0x40026000u
#define STM32_DMA2_BASE 0x40026400u

#if ISO_BOARD_AFE_SPI_BASE == 0x40013000u /* SPI1 */
#define STM32_AFE_DMA_BASE STM32_DMA2_BASE
#define STM32_AFE_DMA_CHANNEL 3u
#define STM32_AFE_RECEIVE_STREAM 0u
#define STM32_AFE_TRANSMIT_STREAM 3u
#define STM32_EXCHANGE_IRQ 56u
#elif ISO_BOARD_AFE_SPI_BASE == 0x40003800u /* SPI2 */
#define STM32_AFE_DMA_BASE STM32_DMA1_BASE
#define STM32_AFE_DMA_CHANNEL 0u
#define STM32_AFE_RECEIVE_STREAM 3u
#define STM32_AFE_TRANSMIT_STREAM 4u
#define STM32_EXCHANGE_IRQ 14u
#elif ISO_BOARD_AFE_SPI_BASE == 0x40003C00u /* SPI3 */
#define STM32_AFE_DMA_BASE STM32_DMA1_BASE
#define STM32_AFE_DMA_CHANNEL 0u
#define STM32_AFE_RECEIVE_STREAM 0u
#define STM32_AFE_TRANSMIT_STREAM 5u
#define STM32_EXCHANGE_IRQ 11u
#else
#error "afe.spi.base: SPI1 (0x40013000), SPI2 (0x40003800) or SPI3 (0x40003C00)"
#endif

/* A line is a pin's number in its port. */
#define STM32_DATA_READY_LINE (ISO_BOARD_AFE_DATA_READY_PIN % 16u)
#if STM32_DATA_READY_LINE < 5u
#define STM32_DATA_READY_IRQ (6u + STM32_DATA_READY_LINE)
#elif STM32_DATA_READY_LINE < 10u
#define STM32_DATA_READY_IRQ 23u
#else
#define STM32_DATA_READY_IRQ 40u
#endif

/* Interrupt handlers, named in the vector table. */
void stm32_data_ready_interrupt(void);
void stm32_exchange_interrupt(void);

void stm32_data_ready_init(void);

#endif

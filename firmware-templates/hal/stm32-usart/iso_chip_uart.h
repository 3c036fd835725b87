#ifndef ISO_CHIP_UART_H
#define ISO_CHIP_UART_H

/*
 * The USART of the newer families, with a data register for each direction and FIFOs of some bytes
 * (RM0433 48.7, RM0456 66.8). Its clock is that of its bus, as a reset leaves it. Its interrupts
 * follow levels and need no acknowledgement.
 */
#define USART_CR1 0x00u
#define USART_BRR 0x0Cu
#define USART_STATUS 0x1Cu
#define USART_ICR 0x20u
#define USART_RECEIVE_DATA 0x24u
#define USART_TRANSMIT_DATA 0x28u
/* The FIFOs can be had only while it is off. */
#define USART_CR1_OFF (1u << 29)
#define USART_CR1_ENABLE (1u << 29 | 1u << 0)
/* The transmit FIFO is empty, instead of having room for one: an exception for all of it. */
#define USART_CR1_ROOM_INTERRUPT (1u << 30)

/* What the FIFO takes. */
#define ISO_CHIP_UART_MOST_BYTES_AT_ONCE UINT32_MAX

#include "stm32_uart.h"

/* Whether bytes were lost since it was asked last. */
static inline bool iso_chip_uart_take_overrun(uint32_t base) {
    if ((STM32_REGISTER(base + USART_STATUS) & USART_STATUS_OVERRUN) == 0u) {
        return false;
    }
    STM32_REGISTER(base + USART_ICR) = USART_STATUS_OVERRUN; /* the same bit */
    return true;
}

#endif

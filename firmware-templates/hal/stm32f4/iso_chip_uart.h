#ifndef ISO_CHIP_UART_H
#define ISO_CHIP_UART_H

/*
 * USART with one status and one data register (RM0090 30.6, RM0390 25.6). Its interrupts follow
 * levels and need no acknowledgement.
 */
#define USART_STATUS 0x00u
#define USART_RECEIVE_DATA 0x04u
#define USART_TRANSMIT_DATA 0x04u
#define USART_BRR 0x08u
#define USART_CR1 0x0Cu
#define USART_CR1_OFF 0u
#define USART_CR1_ENABLE (1u << 13)
#define USART_CR1_ROOM_INTERRUPT (1u << 7)

/* The chip takes two. QEMU 7.2 takes all, and never interrupts for room: what is not sent at once
 * would stay. */
#define ISO_CHIP_UART_MOST_BYTES_AT_ONCE UINT32_MAX

#include "stm32_uart.h"

/* Whether bytes were lost since it was asked last. The flag goes when the data register is read
 * after the status: by taking the byte that waits, or here where none does (RM0090 30.6.1). */
static inline bool iso_chip_uart_take_overrun(uint32_t base) {
    const uint32_t state = STM32_REGISTER(base + USART_STATUS);
    if ((state & (USART_STATUS_OVERRUN | USART_STATUS_RECEIVED)) == USART_STATUS_OVERRUN) {
        (void)STM32_REGISTER(base + USART_RECEIVE_DATA);
    }
    return (state & USART_STATUS_OVERRUN) != 0u;
}

#endif

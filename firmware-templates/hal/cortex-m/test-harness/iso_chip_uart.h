#ifndef ISO_CHIP_UART_H
#define ISO_CHIP_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_chip.h"

/* The UART of full_ring.c. */
#define ISO_CHIP_UART_MOST_BYTES_AT_ONCE 1u

void iso_chip_uart_init(const iso_chip_uart *uart);
void iso_chip_uart_acknowledge_receive(uint32_t base);
void iso_chip_uart_acknowledge_transmit(uint32_t base);
bool iso_chip_uart_has_byte(uint32_t base);
uint8_t iso_chip_uart_take(uint32_t base);
bool iso_chip_uart_take_overrun(uint32_t base);
void iso_chip_uart_listen(uint32_t base, bool listen);
bool iso_chip_uart_can_send(uint32_t base);
void iso_chip_uart_send(uint32_t base, uint8_t byte);
void iso_chip_uart_ask_for_room(uint32_t base, bool ask);

#endif

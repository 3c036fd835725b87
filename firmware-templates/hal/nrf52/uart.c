#include "iso_chip_uart.h"

#if ISO_BOARD_HAS_INJECT
#error "the chip has one UART without DMA: a board file can have no inject UART"
#endif

/* Values are listed for some rates only (6.33.10); they are the rate in 2^-32 of the UART's clock,
 * to 20 bits, so that others follow. */
#define BAUDRATE_OF(baud)                                                                          \
    ((uint32_t)(((((uint64_t)(baud)) << 32) / NRF52_PERIPHERAL_CLOCK_HZ + 0x800u) & 0xFFFFF000u))
_Static_assert(BAUDRATE_OF(115200u) == 0x01D7E000u && BAUDRATE_OF(460800u) == 0x075F7000u &&
                   BAUDRATE_OF(1000000u) == 0x10000000u,
               "as listed");

bool nrf52_uart_sends;

void iso_chip_uart_init(const iso_chip_uart *uart) {
    /* High before it is an output: the line's idle level. */
    nrf52_pin_write(uart->transmit_pin, true);
    nrf52_pin_configure(uart->transmit_pin, NRF52_PIN_OUTPUT);
    /* Held up: a cable that is not there must not look like bytes. */
    nrf52_pin_configure(uart->receive_pin, NRF52_PIN_INPUT_PULLED_UP);
    /* The pin's number with its port in bit 5, bit 31 clear: connected. */
    NRF52_REGISTER(uart->base + NRF52_UART_PSEL_TXD) = uart->transmit_pin;
    NRF52_REGISTER(uart->base + NRF52_UART_PSEL_RXD) = uart->receive_pin;
    NRF52_REGISTER(uart->base + NRF52_UART_BAUDRATE) = BAUDRATE_OF(uart->baud);
    NRF52_REGISTER(uart->base + NRF52_UART_ENABLE) = NRF52_UART_ENABLE_WITHOUT_DMA;
    NRF52_REGISTER(uart->base + NRF52_UART_STARTTX) = 1u;
    NRF52_REGISTER(uart->base + NRF52_UART_STARTRX) = 1u;
    iso_chip_uart_listen(uart->base, true);
}

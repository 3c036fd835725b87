#include "iso_chip_uart.h"

#if ISO_BOARD_HAS_INJECT
#error "the chip has one UART without DMA: a board file can have no inject UART"
#endif

/* Of a pin, 32 a port (6.9.2). */
#define GPIO_P0_BASE 0x50000000u
#define GPIO_PORT_BYTES 0x300u
#define GPIO_OUTSET 0x508u
#define GPIO_PIN_CNF_0 0x700u
#define PINS_PER_PORT 32u
#define PIN_CNF_OUTPUT 3u           /* and its input buffer disconnected */
#define PIN_CNF_INPUT_PULLED_UP 12u /* 3 in bits 3:2 */

/* Values are listed for some rates only (6.33.10); they are the rate in 2^-32 of the UART's clock,
 * to 20 bits, so that others follow. */
#define BAUDRATE_OF(baud)                                                                          \
    ((uint32_t)(((((uint64_t)(baud)) << 32) / NRF52_PERIPHERAL_CLOCK_HZ + 0x800u) & 0xFFFFF000u))
_Static_assert(BAUDRATE_OF(115200u) == 0x01D7E000u && BAUDRATE_OF(460800u) == 0x075F7000u &&
                   BAUDRATE_OF(1000000u) == 0x10000000u,
               "as listed");

bool nrf52_uart_sends;

static uint32_t port_of(uint32_t pin) {
    return GPIO_P0_BASE + pin / PINS_PER_PORT * GPIO_PORT_BYTES;
}

static void configure_pin(uint32_t pin, uint32_t configuration) {
    NRF52_REGISTER(port_of(pin) + GPIO_PIN_CNF_0 + pin % PINS_PER_PORT * 4u) = configuration;
}

void iso_chip_uart_init(const iso_chip_uart *uart) {
    /* High before it is an output: the line's idle level. */
    NRF52_REGISTER(port_of(uart->transmit_pin) + GPIO_OUTSET) =
        1u << (uart->transmit_pin % PINS_PER_PORT);
    configure_pin(uart->transmit_pin, PIN_CNF_OUTPUT);
    /* Held up: a cable that is not there must not look like bytes. */
    configure_pin(uart->receive_pin, PIN_CNF_INPUT_PULLED_UP);
    /* The pin's number with its port in bit 5, bit 31 clear: connected. */
    NRF52_REGISTER(uart->base + NRF52_UART_PSEL_TXD) = uart->transmit_pin;
    NRF52_REGISTER(uart->base + NRF52_UART_PSEL_RXD) = uart->receive_pin;
    NRF52_REGISTER(uart->base + NRF52_UART_BAUDRATE) = BAUDRATE_OF(uart->baud);
    NRF52_REGISTER(uart->base + NRF52_UART_ENABLE) = NRF52_UART_ENABLE_WITHOUT_DMA;
    NRF52_REGISTER(uart->base + NRF52_UART_STARTTX) = 1u;
    NRF52_REGISTER(uart->base + NRF52_UART_STARTRX) = 1u;
    iso_chip_uart_listen(uart->base, true);
}

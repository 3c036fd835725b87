#include "nrf52.h"

/* 32 a port (6.9.2). */
#define GPIO_P0_BASE 0x50000000u
#define GPIO_PORT_BYTES 0x300u
#define GPIO_OUTSET 0x508u
#define GPIO_OUTCLR 0x50Cu
#define GPIO_PIN_CNF_0 0x700u
#define PINS_PER_PORT 32u

static uint32_t port_of(uint32_t pin) {
    return GPIO_P0_BASE + pin / PINS_PER_PORT * GPIO_PORT_BYTES;
}

void nrf52_pin_configure(uint32_t pin, nrf52_pin_mode mode) {
    NRF52_REGISTER(port_of(pin) + GPIO_PIN_CNF_0 + pin % PINS_PER_PORT * 4u) = (uint32_t)mode;
}

void nrf52_pin_write(uint32_t pin, bool high) {
    NRF52_REGISTER(port_of(pin) + (high ? GPIO_OUTSET : GPIO_OUTCLR)) = 1u << (pin % PINS_PER_PORT);
}

#include "stm32.h"
#include "stm32_family.h"

#define PINS_PER_PORT 16u
#define FASTEST_EDGES 3u

static void replace(uint32_t address, uint32_t shift, uint32_t mask, uint32_t value) {
    STM32_REGISTER(address) = (STM32_REGISTER(address) & ~(mask << shift)) | value << shift;
}

void stm32_pin_configure(uint32_t pin, stm32_pin_mode mode, stm32_pull pull, uint32_t function) {
    const uint32_t port = STM32_GPIO_BASE + pin / PINS_PER_PORT * STM32_GPIO_PORT_BYTES;
    const uint32_t number = pin % PINS_PER_PORT;
    /* One bit a port, in the order of the ports, in every family. */
    STM32_REGISTER(STM32_GPIO_CLOCK_ENABLE) |= 1u << (pin / PINS_PER_PORT);
    (void)STM32_REGISTER(STM32_GPIO_CLOCK_ENABLE); /* the clock needs two cycles */
    replace(port + STM32_GPIO_OSPEEDR, number * 2u, 3u, FASTEST_EDGES);
    replace(port + STM32_GPIO_PUPDR, number * 2u, 3u, (uint32_t)pull);
    replace(port + STM32_GPIO_AFRL + number / 8u * 4u, number % 8u * 4u, 15u, function);
    replace(port + STM32_GPIO_MODER, number * 2u, 3u, (uint32_t)mode);
}

void stm32_pin_write(uint32_t pin, bool high) {
    const uint32_t port = STM32_GPIO_BASE + pin / PINS_PER_PORT * STM32_GPIO_PORT_BYTES;
    const uint32_t bit = pin % PINS_PER_PORT;
    STM32_REGISTER(port + STM32_GPIO_BSRR) = 1u << (high ? bit : bit + 16u);
}

#ifndef ISO_STM32F4_PINS_H
#define ISO_STM32F4_PINS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * An STM32F4's pins and what interrupts by them (RM0090: GPIO 8, SYSCFG 9, EXTI 12).
 */

bool pins_has(uint32_t address);
uint32_t pins_read(uint32_t address);
/* The clocks are RCC_AHB1ENR and RCC_APB2ENR. */
void pins_write(uint32_t address, uint32_t value, uint32_t ahb1_clocks, uint32_t apb2_clocks);
/* Whether a line of this interrupt is pending. */
bool pins_interrupt(uint32_t irq);
uint32_t pins_mode(uint32_t pin);
uint32_t pins_function(uint32_t pin);

#endif

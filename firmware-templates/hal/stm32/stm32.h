#ifndef ISO_HAL_STM32_H
#define ISO_HAL_STM32_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_board.h"

/*
 * What the STM32 families share: general-purpose I/O, the 32-bit timer, and how a clock is waited
 * for. A family's folder defines where its peripherals lie (stm32_family.h).
 */

/* A test puts a model of the chip behind it. */
#ifndef STM32_REGISTER
#define STM32_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#endif

/* RCC_CR, the first register of reset and clock control; these bits are the same in every family
 * (RM0090 7.3.1, RM0390 6.3.1, RM0433 8.7, RM0456 11.8). */
#define STM32_CR_HSE_ON (1u << 16)
#define STM32_CR_HSE_READY (1u << 17)
#define STM32_CR_HSE_BYPASS (1u << 18)
#define STM32_CR_PLL_ON (1u << 24)
#define STM32_CR_PLL_READY (1u << 25)

#define STM32_APB1_BASE 0x40000000u
#define STM32_APB2_BASE 0x40010000u

/* The independent watchdog: what is written to its key register, its first, feeds it; nothing
 * happens while it is not started (RM0090 21.4, RM0390 20.4, RM0433 45.4, RM0456 63.7). */
#define STM32_IWDG_FEED 0xAAAAu

/* GPIO, the same in every family since the F2 (RM0090 8.4, RM0390 7.4, RM0433 11.4, RM0456 13.4);
 * one port every 0x400 bytes. */
#define STM32_GPIO_MODER 0x00u
#define STM32_GPIO_OSPEEDR 0x08u
#define STM32_GPIO_PUPDR 0x0Cu
#define STM32_GPIO_BSRR 0x18u
#define STM32_GPIO_AFRL 0x20u
#define STM32_GPIO_PORT_BYTES 0x400u

typedef enum {
    STM32_PIN_INPUT = 0,
    STM32_PIN_OUTPUT = 1,
    STM32_PIN_FUNCTION = 2 /* a peripheral's */
} stm32_pin_mode;

typedef enum { STM32_PULL_NONE = 0, STM32_PULL_UP = 1 } stm32_pull;

/* Pins are numbered as in iso_board.h: 16 a port, PA0 is 0, PB0 is 16. */
void stm32_pin_configure(uint32_t pin, stm32_pin_mode mode, stm32_pull pull, uint32_t function);
void stm32_pin_write(uint32_t pin, bool high);

/* True once (register & mask) == value; false when it has not come after a time that no healthy
 * oscillator needs (a tenth of a second and more at any clock of these chips): a dead crystal must
 * end in a fall-back and never in a hang. Polls are counted, for no timer runs yet. */
bool stm32_becomes(uint32_t address, uint32_t mask, uint32_t value);
/* The same, waiting so many times as long. */
bool stm32_becomes_slowly(uint32_t address, uint32_t mask, uint32_t value, uint32_t times);

/* The oscillator beside the chip (HSE), as the board file has it; false, and a complaint, when it
 * does not start, and false without one. */
bool stm32_start_crystal(void);
/* The first PLL, which is configured; false, and off again, when it does not lock. */
bool stm32_start_pll(void);
/* What iso_chip_core_hz and stm32_bus_hz say from now on. */
void stm32_clock_runs(uint32_t hz, uint32_t apb1_divider, uint32_t apb2_divider);
/* What iso_hal_complaint says. */
void stm32_clock_complain(const char *text);

/* Gives a peripheral of the buses APB1 and APB2 its clock; any of its addresses will do. */
void stm32_clock_peripheral(uint32_t address);

/* Starts the 32-bit timer behind iso_hal_ticks; timer_clock_hz is what feeds it. */
void stm32_counter_init(uint32_t timer_clock_hz);

/* Of the clock that feeds a UART or an SPI bus, as the start-up left it; of the two buses. */
uint32_t stm32_bus_hz(uint32_t peripheral_base);

#endif

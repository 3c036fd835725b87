#ifndef ISO_HAL_STM32_FAMILY_H
#define ISO_HAL_STM32_FAMILY_H

/*
 * STM32H742/743/753 (one core, 400 MHz and more): where the peripherals lie (RM0433 2.3, register
 * boundary addresses), reset and clock control (RM0433 8.7), power (6.8).
 */

#define STM32_RESET_CLOCK_HZ 64000000u /* HSI */

#define STM32_GPIO_BASE 0x58020000u
#define STM32_GPIO_CLOCK_ENABLE (RCC_BASE + 0xE0u) /* RCC_AHB4ENR */
#define STM32_APB1_CLOCK_ENABLE (RCC_BASE + 0xE8u) /* RCC_APB1LENR */
#define STM32_APB2_CLOCK_ENABLE (RCC_BASE + 0xF0u) /* RCC_APB2ENR */

#define RCC_BASE 0x58024400u
#define STM32_RCC_CR (RCC_BASE + 0x00u)
#define RCC_CFGR (RCC_BASE + 0x10u)
#define RCC_D1CFGR (RCC_BASE + 0x18u)
#define RCC_D2CFGR (RCC_BASE + 0x1Cu)
#define RCC_D3CFGR (RCC_BASE + 0x20u)
#define RCC_PLLCKSELR (RCC_BASE + 0x28u)
#define RCC_PLLCFGR (RCC_BASE + 0x2Cu)
#define RCC_PLL1DIVR (RCC_BASE + 0x30u)

/* Why the chip was reset: RCC_RSR (8.7). */
#define STM32_RESET_FLAGS (RCC_BASE + 0xD0u)
#define STM32_RESET_CLEAR (1u << 16)
#define STM32_RESET_BY_BROWN_OUT (1u << 21)
#define STM32_RESET_BY_PIN (1u << 22)
#define STM32_RESET_BY_POWER_ON (1u << 23)
#define STM32_RESET_BY_SOFTWARE (1u << 24)
#define STM32_RESET_BY_WATCHDOG (1u << 26 | 1u << 28) /* independent and window watchdog */

#define STM32_IWDG_BASE 0x58004800u /* IWDG1 */

#define PWR_CSR1 0x58024804u
#define PWR_CR3 0x5802480Cu
#define PWR_D3CR 0x58024818u

#define STM32_FLASH_BASE 0x52002000u /* registers: 4.9 */
#define FLASH_ACR (STM32_FLASH_BASE + 0x00u)

#endif

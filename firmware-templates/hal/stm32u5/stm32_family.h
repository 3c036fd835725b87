#ifndef ISO_HAL_STM32_FAMILY_H
#define ISO_HAL_STM32_FAMILY_H

/*
 * STM32U575/585 as it is delivered, TrustZone off (option byte TZEN 0): addresses are the
 * non-secure ones, which are then all there are. Where the peripherals lie (RM0456 2.3.2), reset
 * and clock control (11.8), power (10.10).
 */

#define STM32_RESET_CLOCK_HZ 4000000u /* MSIS, range 4 */

#define STM32_GPIO_BASE 0x42020000u
#define STM32_GPIO_CLOCK_ENABLE (RCC_BASE + 0x8Cu) /* RCC_AHB2ENR1 */
#define STM32_APB1_CLOCK_ENABLE (RCC_BASE + 0x9Cu) /* RCC_APB1ENR1 */
#define STM32_APB2_CLOCK_ENABLE (RCC_BASE + 0xA4u) /* RCC_APB2ENR */

#define RCC_BASE 0x46020C00u
#define STM32_RCC_CR (RCC_BASE + 0x00u)
#define RCC_CFGR1 (RCC_BASE + 0x1Cu)
#define RCC_PLL1CFGR (RCC_BASE + 0x28u)
#define RCC_PLL1DIVR (RCC_BASE + 0x34u)
#define RCC_PLL1FRACR (RCC_BASE + 0x38u)
#define RCC_AHB3ENR (RCC_BASE + 0x94u)
#define RCC_BDCR (RCC_BASE + 0xF0u)

/* Why the chip was reset: RCC_CSR (11.8). Its supply has one flag (BORRSTF), which power-on sets,
 * too. */
#define STM32_RESET_FLAGS (RCC_BASE + 0xF4u)
#define STM32_RESET_CLEAR (1u << 23)
#define STM32_RESET_BY_PIN (1u << 26)
#define STM32_RESET_BY_POWER_ON (1u << 27)
#define STM32_RESET_BY_BROWN_OUT 0u
#define STM32_RESET_BY_SOFTWARE (1u << 28)
#define STM32_RESET_BY_WATCHDOG (3u << 29) /* independent and window watchdog */

#define STM32_IWDG_BASE 0x40003000u

#define PWR_VOSR 0x4602080Cu
#define PWR_DBPR 0x46020828u

#define STM32_FLASH_BASE 0x40022000u /* registers: 7.9 */
#define FLASH_ACR (STM32_FLASH_BASE + 0x00u)

#define ICACHE_CR 0x40030400u /* 8.7 */
#define ICACHE_SR 0x40030404u

#endif

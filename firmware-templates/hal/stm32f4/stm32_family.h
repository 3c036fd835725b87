#ifndef ISO_HAL_STM32_FAMILY_H
#define ISO_HAL_STM32_FAMILY_H

/*
 * STM32F405/407 and F446: where the peripherals lie (RM0090 and RM0390, both section 2.3, memory
 * map) and the registers of reset and clock control. The bits used here are the same in both;
 * sections of RM0090 7.3, RM0390 6.3.
 */

#define STM32_RESET_CLOCK_HZ 16000000u /* HSI */

#define STM32_GPIO_BASE 0x40020000u
#define STM32_GPIO_CLOCK_ENABLE (RCC_BASE + 0x30u) /* RCC_AHB1ENR */
#define STM32_APB1_CLOCK_ENABLE (RCC_BASE + 0x40u) /* RCC_APB1ENR */
#define STM32_APB2_CLOCK_ENABLE (RCC_BASE + 0x44u) /* RCC_APB2ENR */

#define STM32_DMA_CLOCK_ENABLE (RCC_BASE + 0x30u) /* RCC_AHB1ENR, too */
#define STM32_DMA1_CLOCK (1u << 21)
#define STM32_DMA2_CLOCK (1u << 22)

#define RCC_BASE 0x40023800u
#define STM32_RCC_CR (RCC_BASE + 0x00u)
#define RCC_PLLCFGR (RCC_BASE + 0x04u)
#define RCC_CFGR (RCC_BASE + 0x08u)

/* Why the chip was reset: RCC_CSR (RM0090 7.3.21, RM0390 6.3.21). */
#define STM32_RESET_FLAGS (RCC_BASE + 0x74u)
#define STM32_RESET_CLEAR (1u << 24)
#define STM32_RESET_BY_BROWN_OUT (1u << 25)
#define STM32_RESET_BY_PIN (1u << 26)
#define STM32_RESET_BY_POWER_ON (1u << 27)
#define STM32_RESET_BY_SOFTWARE (1u << 28)
#define STM32_RESET_BY_WATCHDOG (3u << 29) /* independent and window watchdog */

#define STM32_IWDG_BASE 0x40003000u

/* Flash access control (RM0090 3.9.1, RM0390 3.8.1) and regulator scale (RM0090 5.4.1, RM0390
 * 5.4.1). */
#define FLASH_ACR 0x40023C00u
#define PWR_CR 0x40007000u

#endif

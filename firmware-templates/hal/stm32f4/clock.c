#include "iso_chip.h"
#include "iso_hal.h"
#include "stm32.h"
#include "stm32_family.h"

/*
 * 168 MHz from the PLL, the most that an F405, F407 and F446 all run at without overdrive: by the
 * crystal, or by the internal oscillator where the crystal does not start, or no PLL at all where
 * that does not lock either. Whatever came out is what baud rates, ticks and sleeps are computed
 * from, and iso_hal_complaint says so: the internal oscillator is off by up to 1 % at room
 * temperature (DS10693 table 40), which shows in every interval that is measured.
 */
#define HSI_HZ STM32_RESET_CLOCK_HZ
#define SYSTEM_HZ 168000000u

/* The PLL's input is divided to 1 MHz, multiplied to 336 MHz, halved (RCC_PLLCFGR: M 5:0, N 14:6,
 * P 17:16, source 22, Q 27:24, and on an F446 R 30:28; RM0090 7.3.2, RM0390 6.3.2). Q gives
 * 48 MHz; R stays at 2, which is these bits' value after a reset on an F405 and F407, too. */
#define PLL_INPUT_HZ 1000000u
#define PLL_N (SYSTEM_HZ * 2u / PLL_INPUT_HZ)
#define PLLCFGR_SOURCE_HSE (1u << 22)
#define PLLCFGR(source_hz, source)                                                                 \
    ((source_hz) / PLL_INPUT_HZ | PLL_N << 6 | 0u << 16 | (source) | 7u << 24 | 2u << 28)

/* RCC_CFGR: SW 1:0, SWS 3:2, PPRE1 12:10, PPRE2 15:13 (RM0090 7.3.3). At 168 MHz APB1 may have 42
 * and APB2 84 MHz. */
#define CFGR_SWITCH_PLL 2u
#define CFGR_STATUS_MASK (3u << 2)
#define CFGR_STATUS_PLL (2u << 2)
#define CFGR_APB1_BY_4 (5u << 10)
#define CFGR_APB2_BY_2 (4u << 13)
#define APB1_DIVIDER 4u
#define APB2_DIVIDER 2u

/* Five wait states at 150 to 168 MHz and 2.7 to 3.6 V (RM0090 table 10), prefetch, both caches. */
#define ACR_5_WAIT_STATES 5u
#define ACR_PREFETCH_AND_CACHES (7u << 8)

#define PWR_SCALE_1 (3u << 14) /* one bit on an F405 and F407, which ignore the other */

_Static_assert(ISO_BOARD_CORE_CLOCK_HZ == SYSTEM_HZ, "what the PLL is set to here");
#if defined(ISO_BOARD_CRYSTAL_HZ)
_Static_assert(ISO_BOARD_CRYSTAL_HZ % PLL_INPUT_HZ == 0u, "the crystal must have whole MHz");
#endif

static uint32_t pll_by_crystal(void) {
#if defined(ISO_BOARD_CRYSTAL_HZ)
    return PLLCFGR(ISO_BOARD_CRYSTAL_HZ, PLLCFGR_SOURCE_HSE);
#else
    return PLLCFGR(HSI_HZ, 0u);
#endif
}

static bool start_pll(uint32_t configuration) {
    STM32_REGISTER(RCC_PLLCFGR) = configuration;
    if (!stm32_start_pll()) {
        return false;
    }
    /* Slower memory and buses first, then the faster clock. */
    STM32_REGISTER(FLASH_ACR) = ACR_5_WAIT_STATES | ACR_PREFETCH_AND_CACHES;
    STM32_REGISTER(RCC_CFGR) = CFGR_APB1_BY_4 | CFGR_APB2_BY_2;
    STM32_REGISTER(RCC_CFGR) = CFGR_APB1_BY_4 | CFGR_APB2_BY_2 | CFGR_SWITCH_PLL;
    if (!stm32_becomes(RCC_CFGR, CFGR_STATUS_MASK, CFGR_STATUS_PLL)) {
        STM32_REGISTER(RCC_CFGR) = 0u; /* the internal oscillator, undivided */
        return false;
    }
    return true;
}

void iso_chip_clock_init(void) {
    stm32_clock_peripheral(PWR_CR);
    STM32_REGISTER(PWR_CR) |= PWR_SCALE_1;
    if (start_pll(stm32_start_crystal() ? pll_by_crystal() : PLLCFGR(HSI_HZ, 0u))) {
        stm32_clock_runs(SYSTEM_HZ, APB1_DIVIDER, APB2_DIVIDER);
        /* A divided bus clocks its timers twice as fast (RM0090 7.2). */
        stm32_counter_init(SYSTEM_HZ / APB1_DIVIDER * 2u);
    } else {
        stm32_clock_complain(
            "clock: neither crystal nor PLL start; 16 MHz of the internal oscillator");
        stm32_counter_init(HSI_HZ);
    }
}

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
#define HSI_HZ 16000000u
#define SYSTEM_HZ 168000000u

/* The PLL's input is divided to 1 MHz, multiplied to 336 MHz, halved (RCC_PLLCFGR: M 5:0, N 14:6,
 * P 17:16, source 22, Q 27:24; RM0090 7.3.2). Q gives 48 MHz. */
#define PLL_INPUT_HZ 1000000u
#define PLL_N (SYSTEM_HZ * 2u / PLL_INPUT_HZ)
#define PLLCFGR_SOURCE_HSE (1u << 22)
#define PLLCFGR(source_hz, source)                                                                 \
    ((source_hz) / PLL_INPUT_HZ | PLL_N << 6 | 0u << 16 | (source) | 7u << 24)

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

static uint32_t core_hz = HSI_HZ;
static uint32_t apb1_hz = HSI_HZ;
static uint32_t apb2_hz = HSI_HZ;
static const char *complaint;

static bool start_crystal(void) {
#if defined(ISO_BOARD_CRYSTAL_HZ)
    STM32_REGISTER(RCC_CR) |= RCC_CR_HSE_ON | (ISO_BOARD_CRYSTAL_BYPASS ? RCC_CR_HSE_BYPASS : 0u);
    if (stm32_becomes(RCC_CR, RCC_CR_HSE_READY, RCC_CR_HSE_READY)) {
        return true;
    }
    STM32_REGISTER(RCC_CR) &= ~(RCC_CR_HSE_ON | RCC_CR_HSE_BYPASS);
    complaint = "clock: the crystal does not start; the internal oscillator runs, off by up to 1 %";
#endif
    return false;
}

static uint32_t pll_by_crystal(void) {
#if defined(ISO_BOARD_CRYSTAL_HZ)
    return PLLCFGR(ISO_BOARD_CRYSTAL_HZ, PLLCFGR_SOURCE_HSE);
#else
    return PLLCFGR(HSI_HZ, 0u);
#endif
}

static bool start_pll(uint32_t configuration) {
    STM32_REGISTER(RCC_PLLCFGR) = configuration;
    STM32_REGISTER(RCC_CR) |= RCC_CR_PLL_ON;
    if (!stm32_becomes(RCC_CR, RCC_CR_PLL_READY, RCC_CR_PLL_READY)) {
        STM32_REGISTER(RCC_CR) &= ~RCC_CR_PLL_ON;
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
    const bool by_crystal = start_crystal();
    if (start_pll(by_crystal ? pll_by_crystal() : PLLCFGR(HSI_HZ, 0u))) {
        core_hz = SYSTEM_HZ;
        apb1_hz = SYSTEM_HZ / APB1_DIVIDER;
        apb2_hz = SYSTEM_HZ / APB2_DIVIDER;
    } else {
        complaint = "clock: neither crystal nor PLL start; 16 MHz of the internal oscillator";
    }
    /* A divided bus clocks its timers twice as fast (RM0090 7.2). */
    stm32_counter_init(core_hz == SYSTEM_HZ ? apb1_hz * 2u : apb1_hz);
}

uint32_t iso_chip_core_hz(void) {
    return core_hz;
}

const char *iso_hal_complaint(void) {
    return complaint;
}

uint32_t stm32_bus_hz(uint32_t peripheral_base) {
    return peripheral_base >= STM32_APB2_BASE ? apb2_hz : apb1_hz;
}

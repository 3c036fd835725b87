#include "iso_chip.h"
#include "iso_hal.h"
#include "iso_hal_boot.h"
#include "stm32.h"
#include "stm32_family.h"

/*
 * 160 MHz from the first PLL, fed by the multi-speed internal oscillator (MSIS, 4 MHz), which a
 * watch crystal (LSE, 32768 Hz) trims: of the two that the Nucleo boards carry it is the one that
 * this chip's own examples run on. Without the crystal the oscillator runs as it is, off by up to
 * 1 %; where supply, booster or PLL are not ready in time, 16 MHz of the other internal oscillator
 * do, or the 4 MHz of the reset. Whatever came out is what baud rates, ticks and sleeps are
 * computed from, and iso_hal_complaint says so.
 */
#define MSIS_HZ STM32_RESET_CLOCK_HZ
#define HSI_HZ 16000000u
#define SYSTEM_HZ 160000000u

/* Trimmed, the oscillator is 122 times the crystal, 3.998 MHz (DS13737, MSI oscillator
 * characteristics), for which the PLL's fraction makes up: N of 80 and 378/8192. */
#define LSE_HZ 32768u
#define MSIS_TRIMMED_HZ (122u * LSE_HZ)
#define PLL_N (SYSTEM_HZ * 2u / MSIS_HZ)
#define PLL_R 2u
#define FRACTION_STEPS 8192u
#define PLL_FRACTION                                                                               \
    ((uint32_t)(((uint64_t)(SYSTEM_HZ)*2u * FRACTION_STEPS + MSIS_TRIMMED_HZ / 2u) /               \
                MSIS_TRIMMED_HZ) -                                                                 \
     PLL_N * FRACTION_STEPS)
_Static_assert(PLL_FRACTION == 378u, "as above");

/* RCC_PLL1CFGR: source 1:0, input of 4 to 8 MHz where 3:2 are clear, fraction taken over when bit 4
 * is set, M - 1 in 11:8, the booster's divider in 15:12 (0: by 1), R enabled by bit 18.
 * RCC_PLL1DIVR: N - 1 in 8:0, R - 1 in 30:24. RCC_PLL1FRACR: 15:3. (RM0456 11.8) */
#define PLL1CFGR_MSIS 1u
#define PLL1CFGR_FRACTION (1u << 4)
#define PLL1CFGR_R_ENABLED (1u << 18)

/* RCC_CR (11.8) */
#define CR_MSI_TRIMMED (1u << 3)       /* MSIPLLEN: only once the crystal is ready */
#define CR_TRIM_SYSTEM_CLOCK (1u << 6) /* MSIPLLSEL, written while the former is off */
#define CR_HSI_ON (1u << 8)
#define CR_HSI_READY (1u << 10)

#define CFGR1_MSIS 0u /* RCC_CFGR1: SW 1:0, SWS 3:2 (11.8) */
#define CFGR1_HSI 1u
#define CFGR1_PLL 3u
#define CFGR1_STATUS_SHIFT 2u

/* RCC_BDCR (11.8) lies in the backup domain, which DBP opens (PWR_DBPR bit 0, 10.10) and which
 * keeps the oscillator running over every reset but that of its supply. */
#define BDCR_LSE_ON (1u << 0)
#define BDCR_LSE_READY (1u << 1)
#define BDCR_LSE_DRIVE_MASK (3u << 3)
#define BDCR_LSE_DRIVE_MEDIUM_HIGH (2u << 3) /* can be set only while it is off */
#define BDCR_LSE_SYSTEM_ON (1u << 7)
#define BDCR_LSE_SYSTEM_READY (1u << 11)
#define DBPR_OPEN 1u
/* It may take two seconds (DS13737, LSE oscillator characteristics); a wait at 4 MHz is 0.4 s or
 * more. */
#define LSE_WAITS 10u

#define AHB3ENR_PWR (1u << 2)
/* PWR_VOSR (10.10): range 1 and the booster, which more than 55 MHz need. */
#define VOSR_RANGE_1 (3u << 16)
#define VOSR_RANGE_READY (1u << 15)
#define VOSR_BOOSTER_ON (1u << 18)
#define VOSR_BOOSTER_READY (1u << 14)

/* Four wait states, for 128 to 160 MHz in range 1 and more than enough below (7.3.3), and the
 * prefetch. */
#define ACR_4_WAIT_STATES 4u
#define ACR_PREFETCH (1u << 8)

#define ICACHE_CR_ENABLE (1u << 0)
#define ICACHE_SR_BUSY (1u << 0) /* still invalidating, as it does after a reset */

_Static_assert(ISO_BOARD_CORE_CLOCK_HZ == SYSTEM_HZ, "what the PLL is set to here");
#if defined(ISO_BOARD_CRYSTAL_HZ)
_Static_assert(ISO_BOARD_CRYSTAL_HZ == LSE_HZ,
               "the crystal that is used here is the watch crystal");
#endif

#if defined(ISO_BOARD_CRYSTAL_HZ)
static bool start_watch_crystal(void) {
    STM32_REGISTER(PWR_DBPR) |= DBPR_OPEN;
    (void)STM32_REGISTER(PWR_DBPR);
    if ((STM32_REGISTER(RCC_BDCR) & BDCR_LSE_ON) == 0u) {
        STM32_REGISTER(RCC_BDCR) =
            (STM32_REGISTER(RCC_BDCR) & ~BDCR_LSE_DRIVE_MASK) | BDCR_LSE_DRIVE_MEDIUM_HIGH;
        STM32_REGISTER(RCC_BDCR) |= BDCR_LSE_ON;
    }
    if (!stm32_becomes_slowly(RCC_BDCR, BDCR_LSE_READY, BDCR_LSE_READY, LSE_WAITS)) {
        return false;
    }
    STM32_REGISTER(RCC_BDCR) |= BDCR_LSE_SYSTEM_ON;
    return stm32_becomes(RCC_BDCR, BDCR_LSE_SYSTEM_READY, BDCR_LSE_SYSTEM_READY);
}
#endif

/* Whether the oscillator is trimmed. */
static bool trim_oscillator(void) {
#if defined(ISO_BOARD_CRYSTAL_HZ)
    if (start_watch_crystal()) {
        STM32_REGISTER(STM32_RCC_CR) |= CR_TRIM_SYSTEM_CLOCK;
        STM32_REGISTER(STM32_RCC_CR) |= CR_MSI_TRIMMED;
        if ((STM32_REGISTER(STM32_RCC_CR) & CR_MSI_TRIMMED) != 0u) {
            return true; /* else the chip saw no crystal */
        }
    }
    stm32_clock_complain(
        "clock: the crystal does not start; the internal oscillator runs, off by up to 1 %");
#endif
    return false;
}

static bool switch_to(uint32_t clock) {
    STM32_REGISTER(RCC_CFGR1) = clock;
    return stm32_becomes(RCC_CFGR1, 3u << CFGR1_STATUS_SHIFT, clock << CFGR1_STATUS_SHIFT);
}

/* The booster's clock comes by the PLL's settings, which must therefore stand before it is on. */
static bool start_pll(bool trimmed) {
    STM32_REGISTER(PWR_VOSR) |= VOSR_RANGE_1;
    if (!stm32_becomes(PWR_VOSR, VOSR_RANGE_READY, VOSR_RANGE_READY)) {
        return false;
    }
    STM32_REGISTER(RCC_PLL1CFGR) = PLL1CFGR_MSIS | PLL1CFGR_R_ENABLED;
    STM32_REGISTER(RCC_PLL1DIVR) = (PLL_N - 1u) | (PLL_R - 1u) << 24;
    if (trimmed) {
        STM32_REGISTER(RCC_PLL1FRACR) = PLL_FRACTION << 3;
        STM32_REGISTER(RCC_PLL1CFGR) |= PLL1CFGR_FRACTION;
    }
    STM32_REGISTER(PWR_VOSR) |= VOSR_BOOSTER_ON;
    return stm32_becomes(PWR_VOSR, VOSR_BOOSTER_READY, VOSR_BOOSTER_READY) && stm32_start_pll() &&
           switch_to(CFGR1_PLL);
}

static bool start_hsi(void) {
    STM32_REGISTER(STM32_RCC_CR) |= CR_HSI_ON;
    return stm32_becomes(STM32_RCC_CR, CR_HSI_READY, CR_HSI_READY) && switch_to(CFGR1_HSI);
}

static void make_flash_ready(void) {
    STM32_REGISTER(FLASH_ACR) = ACR_4_WAIT_STATES | ACR_PREFETCH;
    (void)STM32_REGISTER(FLASH_ACR);
    if (stm32_becomes(ICACHE_SR, ICACHE_SR_BUSY, 0u)) {
        STM32_REGISTER(ICACHE_CR) |= ICACHE_CR_ENABLE;
    }
}

/* 4 MHz would check an image for seconds. */
void iso_hal_hurry(void) {
    make_flash_ready();
    (void)start_hsi();
}

/* All buses run at the processor's clock, and so do their timers. */
static void runs(uint32_t hz) {
    stm32_clock_runs(hz, 1u, 1u);
    stm32_counter_init(hz);
}

void iso_chip_clock_init(void) {
    STM32_REGISTER(RCC_AHB3ENR) |= AHB3ENR_PWR;
    (void)STM32_REGISTER(RCC_AHB3ENR);
    make_flash_ready();
    (void)switch_to(CFGR1_MSIS); /* what a boot loader may have left */
    if (start_pll(trim_oscillator())) {
        runs(SYSTEM_HZ);
    } else if (start_hsi()) {
        stm32_clock_complain(
            "clock: supply or PLL do not start; 16 MHz of the internal oscillator");
        runs(HSI_HZ);
    } else {
        (void)switch_to(CFGR1_MSIS);
        stm32_clock_complain(
            "clock: nothing starts; the 4 MHz of the reset, too slow for the link");
        runs(MSIS_HZ);
    }
}

#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_hal.h"
#include "stm32.h"
#include "stm32_family.h"

/*
 * 400 MHz from the first PLL, which every revision of the chip reaches without the overdrive that
 * 480 MHz need: by the crystal, or by the internal oscillator where the crystal does not start, or
 * 64 MHz of that oscillator where supply or PLL are not ready in time. Whatever came out is what
 * baud rates, ticks and sleeps are computed from, and iso_hal_complaint says so.
 *
 * Both caches are on. Nothing but the processor accesses memory (no DMA), and flash that it writes
 * is taken out of them (flash.c), as what must survive a reset is written back (cortex-m/reset.c).
 */
#define HSI_HZ STM32_RESET_CLOCK_HZ
#define SYSTEM_HZ 400000000u

/* The PLL's input is divided to 2 MHz, multiplied to 800 MHz, halved. RCC_PLLCKSELR: source 1:0,
 * DIVM1 9:4. RCC_PLLCFGR: wide VCO (192 to 836 MHz) where bit 1 is clear, input range 3:2, DIVP1
 * enabled by bit 16. RCC_PLL1DIVR: N - 1 in 8:0, P - 1 in 15:9. (RM0433 8.7) */
#define PLL_INPUT_HZ 2000000u
#define PLL_N (SYSTEM_HZ * 2u / PLL_INPUT_HZ)
#define PLL_P 2u
#define PLLCKSELR_HSI 0u
#define PLLCKSELR_HSE 2u
#define PLLCKSELR(source_hz, source) ((source) | (source_hz) / PLL_INPUT_HZ << 4)
#define PLLCFGR_INPUT_2_TO_4_MHZ (1u << 2)
#define PLLCFGR_P_ENABLED (1u << 16)

/* The processor at 400, the AXI and AHB buses at 200, the APB buses at 100 MHz: RCC_D1CFGR HPRE
 * 3:0, D1PPRE 6:4, D1CPRE 11:8; RCC_D2CFGR D2PPRE1 6:4, D2PPRE2 10:8; RCC_D3CFGR D3PPRE 6:4
 * (8.7). */
#define D1CFGR_AHB_BY_2_APB3_BY_2 (8u | 4u << 4)
#define D2CFGR_APB1_BY_2_APB2_BY_2 (4u << 4 | 4u << 8)
#define D3CFGR_APB4_BY_2 (4u << 4)
#define AHB_DIVIDER 2u
#define APB_DIVIDER 4u /* of the processor's clock */

#define CFGR_SWITCH_PLL 3u /* RCC_CFGR: SW 2:0, SWS 5:3 (8.7) */
#define CFGR_STATUS_MASK (7u << 3)
#define CFGR_STATUS_PLL (3u << 3)

/* Two wait states and the signal delay for 185 to 210 MHz on the AXI bus at scale 1 (4.3.8). A
 * reset leaves seven. */
#define ACR_2_WAIT_STATES 2u
#define ACR_SIGNAL_DELAY (2u << 4)

/* The lower byte of PWR_CR3 can be written once after power-on, and must be before the scale is
 * changed: the regulator feeds the core (LDOEN), nothing else does. ACTVOSRDY of PWR_CSR1 says that
 * its voltage has come, VOSRDY of PWR_D3CR that the scale's has. (6.8) */
#define CR3_SUPPLY_MASK 7u
#define CR3_REGULATOR (1u << 1)
#define CSR1_VOLTAGE_READY (1u << 13)
#define D3CR_SCALE_MASK (3u << 14)
#define D3CR_SCALE_1 (3u << 14)
#define D3CR_SCALE_READY (1u << 13)

/* The first revisions (Z, Y, W) may give wrong data of AXI SRAM unless its reads come one by one
 * (ES0392, "Reading from AXI SRAM may lead to data read corruption"). */
#define DBGMCU_IDC 0x5C001000u /* revision in 31:16 (60.5) */
#define REVISION_X 0x2001u
#define AXI_TARG7_FN_MOD 0x51008108u /* 2.2 */
#define FN_MOD_ONE_READ_AT_A_TIME 1u

_Static_assert(ISO_BOARD_CORE_CLOCK_HZ == SYSTEM_HZ, "what the PLL is set to here");
#if defined(ISO_BOARD_CRYSTAL_HZ)
_Static_assert(ISO_BOARD_CRYSTAL_HZ % PLL_INPUT_HZ == 0u && ISO_BOARD_CRYSTAL_HZ >= PLL_INPUT_HZ,
               "the crystal must have an even number of MHz");
#endif

static uint32_t pll_by_crystal(void) {
#if defined(ISO_BOARD_CRYSTAL_HZ)
    return PLLCKSELR(ISO_BOARD_CRYSTAL_HZ, PLLCKSELR_HSE);
#else
    return PLLCKSELR(HSI_HZ, PLLCKSELR_HSI);
#endif
}

static bool raise_supply(void) {
    STM32_REGISTER(PWR_CR3) = (STM32_REGISTER(PWR_CR3) & ~CR3_SUPPLY_MASK) | CR3_REGULATOR;
    if (!stm32_becomes(PWR_CSR1, CSR1_VOLTAGE_READY, CSR1_VOLTAGE_READY)) {
        return false;
    }
    STM32_REGISTER(PWR_D3CR) = (STM32_REGISTER(PWR_D3CR) & ~D3CR_SCALE_MASK) | D3CR_SCALE_1;
    return stm32_becomes(PWR_D3CR, D3CR_SCALE_READY, D3CR_SCALE_READY);
}

static bool start_pll(uint32_t source) {
    STM32_REGISTER(RCC_PLLCKSELR) = source;
    STM32_REGISTER(RCC_PLLCFGR) = PLLCFGR_INPUT_2_TO_4_MHZ | PLLCFGR_P_ENABLED;
    STM32_REGISTER(RCC_PLL1DIVR) = (PLL_N - 1u) | (PLL_P - 1u) << 9;
    if (!stm32_start_pll()) {
        return false;
    }
    /* Slower buses and memory first, then the faster clock. Flash takes its setting over when it is
     * read back. */
    STM32_REGISTER(RCC_D1CFGR) = D1CFGR_AHB_BY_2_APB3_BY_2;
    STM32_REGISTER(RCC_D2CFGR) = D2CFGR_APB1_BY_2_APB2_BY_2;
    STM32_REGISTER(RCC_D3CFGR) = D3CFGR_APB4_BY_2;
    STM32_REGISTER(FLASH_ACR) = ACR_2_WAIT_STATES | ACR_SIGNAL_DELAY;
    (void)STM32_REGISTER(FLASH_ACR);
    STM32_REGISTER(RCC_CFGR) = CFGR_SWITCH_PLL;
    if (!stm32_becomes(RCC_CFGR, CFGR_STATUS_MASK, CFGR_STATUS_PLL)) {
        STM32_REGISTER(RCC_CFGR) = 0u; /* the internal oscillator */
        STM32_REGISTER(RCC_D1CFGR) = 0u;
        STM32_REGISTER(RCC_D2CFGR) = 0u;
        STM32_REGISTER(RCC_D3CFGR) = 0u;
        return false;
    }
    return true;
}

void iso_chip_clock_init(void) {
    if (STM32_REGISTER(DBGMCU_IDC) >> 16 < REVISION_X) {
        STM32_REGISTER(AXI_TARG7_FN_MOD) = FN_MOD_ONE_READ_AT_A_TIME;
    }
    iso_cortex_enable_caches();
    if (!raise_supply()) {
        stm32_clock_complain(
            "clock: the core's supply does not rise; 64 MHz of the internal oscillator");
        stm32_counter_init(HSI_HZ);
        return;
    }
    if (start_pll(stm32_start_crystal() ? pll_by_crystal() : PLLCKSELR(HSI_HZ, PLLCKSELR_HSI))) {
        stm32_clock_runs(SYSTEM_HZ, APB_DIVIDER, APB_DIVIDER);
        /* Timers on a bus at half the AHB's clock run at the AHB's (8.5, TIMPRE 0). */
        stm32_counter_init(SYSTEM_HZ / AHB_DIVIDER);
    } else {
        stm32_clock_complain(
            "clock: neither crystal nor PLL start; 64 MHz of the internal oscillator");
        stm32_counter_init(HSI_HZ);
    }
}

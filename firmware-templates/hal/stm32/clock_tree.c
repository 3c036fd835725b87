#include "iso_chip.h"
#include "iso_hal.h"
#include "stm32.h"
#include "stm32_family.h"

/* What the family's start-up left: at first what a reset leaves, which is what a boot loader runs
 * on. */
static uint32_t core_hz = STM32_RESET_CLOCK_HZ;
static uint32_t apb1_hz = STM32_RESET_CLOCK_HZ;
static uint32_t apb2_hz = STM32_RESET_CLOCK_HZ;
static const char *complaint;

bool stm32_start_crystal(void) {
#if defined(ISO_BOARD_CRYSTAL_HZ)
    /* The bypass can be set only while the oscillator is off (RM0090 7.3.1, RM0433 8.7). */
    STM32_REGISTER(STM32_RCC_CR) |= ISO_BOARD_CRYSTAL_BYPASS ? STM32_CR_HSE_BYPASS : 0u;
    STM32_REGISTER(STM32_RCC_CR) |= STM32_CR_HSE_ON;
    if (stm32_becomes(STM32_RCC_CR, STM32_CR_HSE_READY, STM32_CR_HSE_READY)) {
        return true;
    }
    STM32_REGISTER(STM32_RCC_CR) &= ~STM32_CR_HSE_ON;
    STM32_REGISTER(STM32_RCC_CR) &= ~STM32_CR_HSE_BYPASS;
    complaint = "clock: the crystal does not start; the internal oscillator runs, off by up to 1 %";
#endif
    return false;
}

bool stm32_start_pll(void) {
    STM32_REGISTER(STM32_RCC_CR) |= STM32_CR_PLL_ON;
    if (stm32_becomes(STM32_RCC_CR, STM32_CR_PLL_READY, STM32_CR_PLL_READY)) {
        return true;
    }
    STM32_REGISTER(STM32_RCC_CR) &= ~STM32_CR_PLL_ON;
    return false;
}

void stm32_clock_runs(uint32_t hz, uint32_t apb1_divider, uint32_t apb2_divider) {
    core_hz = hz;
    apb1_hz = hz / apb1_divider;
    apb2_hz = hz / apb2_divider;
}

void stm32_clock_complain(const char *text) {
    complaint = text;
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

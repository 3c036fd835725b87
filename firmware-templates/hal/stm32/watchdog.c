#include "iso_hal.h"
#include "stm32.h"
#include "stm32_family.h"

/*
 * The independent watchdog, which has an oscillator of its own. It resets and records nothing: that
 * it was the watchdog is read from the reset flags, where the program hung is not known.
 */
#define IWDG_KR (STM32_IWDG_BASE + 0x00u)
#define IWDG_PR (STM32_IWDG_BASE + 0x04u)
#define IWDG_RLR (STM32_IWDG_BASE + 0x08u)
#define IWDG_SR (STM32_IWDG_BASE + 0x0Cu)
#define KEY_UNLOCK 0x5555u
#define KEY_START 0xCCCCu
#define PRESCALER_256 6u
#define MOST_RELOAD 0xFFFu
/* Nominal; up to 47 kHz on an F4 (DS10693 table 41), so that a time-out may come a third early. */
#define LSI_HZ 32000u
#define SR_BUSY 3u /* prescaler or reload value on their way to the other clock */

void iso_hal_watchdog_start(uint32_t timeout_ms) {
    const uint32_t reload = (uint32_t)((uint64_t)timeout_ms * LSI_HZ / 256u / 1000u);
    STM32_REGISTER(IWDG_KR) = KEY_START;
    STM32_REGISTER(IWDG_KR) = KEY_UNLOCK;
    STM32_REGISTER(IWDG_PR) = PRESCALER_256;
    STM32_REGISTER(IWDG_RLR) = reload > MOST_RELOAD ? MOST_RELOAD : reload;
    (void)stm32_becomes(IWDG_SR, SR_BUSY, 0u);
    iso_hal_watchdog_feed();
}

void iso_hal_watchdog_feed(void) {
    STM32_REGISTER(IWDG_KR) = STM32_IWDG_FEED;
}

#include "cortex_m.h"
#include "iso_chip_interrupts.h"
#include "iso_hal.h"
#include "nrf52.h"

/*
 * The watchdog interrupts two of its clocks, 61 microseconds, before it resets: time enough for the
 * handler to leave the crash record and to restart. A hang in an interrupt or with interrupts off
 * is not recorded, for all have one priority; that it was the watchdog is then read from the reset
 * register. It starts the 32768 Hz oscillator that it needs by itself. (6.36.)
 */
#define WDT_BASE 0x40010000u
#define WDT_START (WDT_BASE + 0x000u)
#define WDT_INTENSET (WDT_BASE + 0x304u)
#define WDT_CRV (WDT_BASE + 0x504u)
#define WDT_RREN (WDT_BASE + 0x508u)
#define WDT_CONFIG (WDT_BASE + 0x50Cu)
#define WDT_RR_0 (WDT_BASE + 0x600u)
#define INTENSET_TIMEOUT (1u << 0)
#define RREN_RR_0 (1u << 0)
#define CONFIG_RUN_ASLEEP (1u << 0) /* and stand while a debugger has halted the processor */
#define RELOAD_KEY 0x6E524635u
#define WDT_HZ 32768u

void iso_hal_watchdog_start(uint32_t timeout_ms) {
    NRF52_REGISTER(WDT_CONFIG) = CONFIG_RUN_ASLEEP;
    NRF52_REGISTER(WDT_CRV) = (uint32_t)((uint64_t)timeout_ms * WDT_HZ / 1000u);
    NRF52_REGISTER(WDT_RREN) = RREN_RR_0;
    NRF52_REGISTER(WDT_INTENSET) = INTENSET_TIMEOUT;
    iso_cortex_enable_interrupt(NRF52_WATCHDOG_IRQ);
    NRF52_REGISTER(WDT_START) = 1u;
}

void iso_hal_watchdog_feed(void) {
    NRF52_REGISTER(WDT_RR_0) = RELOAD_KEY;
}

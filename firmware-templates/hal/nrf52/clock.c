#include "iso_chip.h"
#include "iso_hal.h"
#include "iso_hal_boot.h"
#include "nrf52.h"

#include <stdbool.h>

/*
 * The processor has 64 MHz from reset on, of the internal oscillator; once the crystal has started
 * the chip itself goes over to it. One that does not start is not waited for: the internal
 * oscillator goes on, off by up to 8 % (5.4.4), which shows in every interval that is measured, and
 * with which not every receiver reads what the UART sends.
 */
#define CLOCK_HFCLKSTART (NRF52_CLOCK_BASE + 0x000u) /* 5.4.3 */
#define CLOCK_HFCLKSTOP (NRF52_CLOCK_BASE + 0x004u)
#define CLOCK_HFCLKSTAT (NRF52_CLOCK_BASE + 0x40Cu)
#define HFCLKSTAT_CRYSTAL_RUNS ((1u << 16) | (1u << 0)) /* running, and from the crystal */

/* Flash has wait states at 64 MHz; the cache of instructions is off after a reset (4.3). */
#define NVMC_ICACHECNF (NRF52_NVMC_BASE + 0x540u)
#define ICACHECNF_ENABLE (1u << 0)

/* A crystal takes less than 1 ms (5.4.4). The timer runs all the while, from the oscillator that
 * the processor runs from. */
#define CRYSTAL_TICKS (ISO_BOARD_COUNTER_HZ / 10u)

_Static_assert(ISO_BOARD_CORE_CLOCK_HZ == 64000000u, "the chip has no other clock");
_Static_assert(ISO_BOARD_CRYSTAL_HZ == 32000000u, "the chip takes no other crystal");

static const char *complaint;

static bool crystal_starts(void) {
    NRF52_REGISTER(CLOCK_HFCLKSTART) = 1u;
    const uint32_t start = iso_hal_ticks();
    while (iso_hal_ticks() - start < CRYSTAL_TICKS) {
        if ((NRF52_REGISTER(CLOCK_HFCLKSTAT) & HFCLKSTAT_CRYSTAL_RUNS) == HFCLKSTAT_CRYSTAL_RUNS) {
            return true;
        }
    }
    NRF52_REGISTER(CLOCK_HFCLKSTOP) = 1u;
    return false;
}

/* The boot loader hashes images, for which it wants the cache; and by the counter it waits for the
 * flash in which it keeps its state. The watchdog of a program that restarted itself goes on
 * (5.3, reset behavior): each start has all of its time. */
void iso_hal_hurry(void) {
    iso_hal_watchdog_feed();
    NRF52_REGISTER(NVMC_ICACHECNF) = ICACHECNF_ENABLE;
    nrf52_counter_init();
}

void iso_chip_clock_init(void) {
    iso_hal_hurry();
    if (!crystal_starts()) {
        complaint =
            "clock: the crystal does not start; the internal oscillator runs, off by up to 8 %";
    }
}

uint32_t iso_chip_core_hz(void) {
    return ISO_BOARD_CORE_CLOCK_HZ;
}

const char *iso_hal_complaint(void) {
    return complaint;
}

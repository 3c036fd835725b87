#include "iso_chip.h"
#include "nrf52.h"

/* RESETREAS (5.3.7). A bit stays until 1 is written to it; none is set after power-on and after a
 * brown-out, which the chip does not tell apart. */
#define POWER_RESETREAS (NRF52_POWER_BASE + 0x400u)
#define RESETREAS_PIN (1u << 0)
#define RESETREAS_WATCHDOG (1u << 1)
#define RESETREAS_SOFTWARE (1u << 2)
#define RESETREAS_LOCKUP (1u << 3) /* a fault in the handler of a fault */

iso_hal_reset_cause iso_chip_take_reset_cause(void) {
    static const struct {
        uint32_t flag;
        iso_hal_reset_cause cause;
    } causes[] = {
        /* First: the pin may set the others, too (nRF52840 Errata, anomaly 136). */
        {RESETREAS_PIN, ISO_HAL_RESET_PIN},
        {RESETREAS_WATCHDOG, ISO_HAL_RESET_WATCHDOG},
        {RESETREAS_LOCKUP, ISO_HAL_RESET_FAULT},
        {RESETREAS_SOFTWARE, ISO_HAL_RESET_SOFTWARE},
    };
    const uint32_t flags = NRF52_REGISTER(POWER_RESETREAS);
    NRF52_REGISTER(POWER_RESETREAS) = flags;
    for (uint32_t i = 0; i < sizeof causes / sizeof causes[0]; i += 1u) {
        if ((flags & causes[i].flag) != 0u) {
            return causes[i].cause;
        }
    }
    return flags == 0u ? ISO_HAL_RESET_POWER_ON : ISO_HAL_RESET_UNANNOUNCED;
}

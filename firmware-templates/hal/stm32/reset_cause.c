#include "iso_chip.h"
#include "stm32.h"
#include "stm32_family.h"

/* The flags stay until they are cleared, and one reset sets several: an internal reset pulls the
 * pin too, power-on counts as a brown-out. The first in this order that is set is the cause. */
iso_hal_reset_cause iso_chip_take_reset_cause(void) {
    static const struct {
        uint32_t flags;
        iso_hal_reset_cause cause;
    } causes[] = {
        {STM32_RESET_BY_WATCHDOG, ISO_HAL_RESET_WATCHDOG},
        {STM32_RESET_BY_SOFTWARE, ISO_HAL_RESET_SOFTWARE},
        {STM32_RESET_BY_POWER_ON, ISO_HAL_RESET_POWER_ON},
        {STM32_RESET_BY_BROWN_OUT, ISO_HAL_RESET_BROWN_OUT},
        {STM32_RESET_BY_PIN, ISO_HAL_RESET_PIN},
    };
    const uint32_t flags = STM32_REGISTER(STM32_RESET_FLAGS);
    STM32_REGISTER(STM32_RESET_FLAGS) = flags | STM32_RESET_CLEAR;
    for (uint32_t i = 0; i < sizeof causes / sizeof causes[0]; i += 1u) {
        if ((flags & causes[i].flags) != 0u) {
            return causes[i].cause;
        }
    }
    return ISO_HAL_RESET_UNANNOUNCED;
}

#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_flash_areas.h"
#include "stm32.h"
#include "stm32_family.h"
#include "stm32_flash.h"

/* The same in every family (RM0090 3.6.1, RM0433 4.9.2, RM0456 7.9.4). Once keys are wrong it
 * stays locked until the next reset. */
#define KEY_1 0x45670123u
#define KEY_2 0xCDEF89ABu

/* Each is a tenth of a second and more at 16 MHz, a hundredth at the fastest clock: a page of a few
 * milliseconds that somebody else began to erase. */
#define WAITS 4u
#define CYCLES_PER_POLL 10u /* at least: a read over the peripheral bus among them */

bool stm32_flash_unlock(const stm32_flash_controller *of) {
    if (!stm32_becomes_slowly(of->status, of->works, 0u, WAITS)) {
        return false;
    }
    if ((STM32_REGISTER(of->control) & of->lock) == 0u) {
        STM32_REGISTER(of->control) = of->lock;
        if ((STM32_REGISTER(of->control) & of->lock) == 0u) {
            return false;
        }
    }
    STM32_REGISTER(of->key) = KEY_1;
    STM32_REGISTER(of->key) = KEY_2;
    STM32_REGISTER(of->clear) = of->errors | of->end;
    return (STM32_REGISTER(of->control) & of->lock) == 0u;
}

__attribute__((section(".ram_code"), noinline)) uint32_t
stm32_flash_work(uint32_t status, uint32_t works, uint32_t address, uint32_t value,
                 uint32_t most_polls) {
    STM32_REGISTER(address) = value;
    iso_cortex_barrier();
    uint32_t state = STM32_REGISTER(status);
    for (uint32_t poll = 0; (state & works) != 0u && poll < most_polls; poll += 1u) {
        STM32_REGISTER(STM32_IWDG_BASE) = STM32_IWDG_FEED;
        state = STM32_REGISTER(status);
    }
    return state;
}

uint32_t stm32_flash_polls(uint32_t seconds) {
    return iso_chip_core_hz() / CYCLES_PER_POLL * seconds;
}

bool stm32_flash_finish(const stm32_flash_controller *of, uint32_t status) {
    STM32_REGISTER(of->clear) = of->errors | of->end;
    STM32_REGISTER(of->control) = of->lock;
    return (status & (of->works | of->errors)) == 0u;
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    bool programmed = iso_flash_may_program(area, offset, count);
    for (size_t done = 0; programmed && done < count; done += ISO_HAL_FLASH_WRITE_BYTES) {
        programmed = stm32_flash_program_unit(iso_hal_flash_address(area) + offset + (uint32_t)done,
                                              bytes + done);
    }
    return programmed;
}

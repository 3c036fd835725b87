/*
 * A chip's flash that loses its power (update/test-harness/power_failure.h), below the chip's own
 * driver: in an erasure or in the programming of a unit, at whose end each bit is as it was or as
 * it should be; not torn, all of it is done, and nobody learns of it.
 */
#include "chip_model.h"
#include "cortex_m.h"
#include "flash_model.h"
#include "power_failure.h"

#include <string.h>

static uint8_t saved[MODEL_FLASH_BYTES];

static uint8_t *flash(void) {
    return (uint8_t *)(uintptr_t)MODEL_FLASH_ORIGIN;
}

/* The image lies in the first slot. */
bool iso_cortex_image_lies_in(uint32_t first, uint32_t count) {
    return iso_hal_flash_address(ISO_HAL_FLASH_SLOT_A) - first < count;
}

uint32_t iso_chip_core_hz(void);
uint32_t iso_chip_core_hz(void) {
    return 16000000u;
}

static void pass_power(uint8_t *cells, const uint8_t *before, uint32_t bytes) {
    if (!model_power_fails()) {
        return;
    }
    for (uint32_t i = 0; model_is_torn() && i < bytes; i += 1u) {
        const uint32_t done = model_noise();
        cells[i] = (uint8_t)((cells[i] & done) | (before[i] & ~done));
        flash_model_damage((uint32_t)(uintptr_t)(cells + i));
    }
    longjmp(model_power_failure, 1);
}

const char *model_objection(void) {
    return chip_model_objection();
}

void model_erase_all(void) {
    flash_model_init(ISO_HAL_FLASH_WRITE_BYTES);
    flash_model_worked = pass_power;
}

/* memmove, for memcpy is watched. */
void model_save(void) {
    chip_model_settle();
    memmove(saved, flash(), sizeof saved);
}

void model_restore(void) {
    memcpy(flash(), saved, sizeof saved);
    flash_model_mend();
}

void model_start(void) {
    chip_model_reset();
    flash_chip_reset();
}

void model_put(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, uint32_t count) {
    memcpy(flash() + (iso_hal_flash_address(area) - MODEL_FLASH_ORIGIN) + offset, bytes, count);
}

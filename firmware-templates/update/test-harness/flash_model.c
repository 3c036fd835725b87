#include "iso_flash_areas.h"
#include "power_failure.h"

#include <string.h>

/*
 * Torn, the rest of a sector that was being erased is noise. With an error-correcting code, a unit
 * that was cut short cannot be read until its sector is erased, whatever is programmed there.
 */
#ifndef MODEL_HAS_ERROR_CORRECTION
#define MODEL_HAS_ERROR_CORRECTION 0
#endif

#define MOST_BYTES 4096u /* of an area */

static uint8_t areas[ISO_HAL_FLASH_AREA_COUNT][MOST_BYTES];

/* With an error-correcting code: units that were cut short, until their sector is erased. */
static bool damaged[ISO_HAL_FLASH_AREA_COUNT][MOST_BYTES / ISO_HAL_FLASH_WRITE_BYTES];

static uint8_t noise(void) {
    return (uint8_t)model_noise();
}

void model_erase_all(void) {
    memset(areas, 0xFF, sizeof areas);
    memset(damaged, 0, sizeof damaged);
}

void model_start(void) {
    /* Flash is as it was. */
}

static void damage(iso_hal_flash_area area, uint32_t offset) {
    damaged[area][offset / ISO_HAL_FLASH_WRITE_BYTES] = MODEL_HAS_ERROR_CORRECTION != 0;
}

const char *model_objection(void) {
    return NULL;
}

void model_put(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, uint32_t count) {
    memcpy(areas[area] + offset, bytes, count);
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    if (!iso_flash_may_read(area, offset, count)) {
        return false;
    }
    for (size_t i = 0; MODEL_HAS_ERROR_CORRECTION != 0 && i < count; i += 1u) {
        if (damaged[area][(offset + i) / ISO_HAL_FLASH_WRITE_BYTES]) {
            return false;
        }
    }
    memcpy(bytes, areas[area] + offset, count);
    return true;
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t sector_bytes = iso_hal_flash_sector_bytes(area);
    if (!iso_flash_may_erase(area, offset)) {
        return false;
    }
    uint8_t *cells = areas[area] + offset;
    for (uint32_t i = 0; i < sector_bytes; i += 1u) {
        if (model_power_fails()) {
            for (uint32_t rest = i; rest < (model_is_torn() ? sector_bytes : i + 1u); rest += 1u) {
                cells[rest] = (uint8_t)(cells[rest] | noise());
                damage(area, offset + rest);
            }
            longjmp(model_power_failure, 1);
        }
        cells[i] = 0xFFu;
        damaged[area][(offset + i) / ISO_HAL_FLASH_WRITE_BYTES] = false;
    }
    return true;
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    if (!iso_flash_may_program(area, offset, count)) {
        return false;
    }
    uint8_t *cells = areas[area] + offset;
    for (size_t i = 0; i < count; i += 1u) {
        if (cells[i] != 0xFFu) {
            return false; /* flash with an error-correcting code programs a unit once */
        }
    }
    for (size_t i = 0; i < count; i += 1u) {
        if (model_power_fails()) {
            cells[i] = (uint8_t)(cells[i] & (bytes[i] | noise()));
            damage(area, offset + (uint32_t)i);
            longjmp(model_power_failure, 1);
        }
        cells[i] = (uint8_t)(cells[i] & bytes[i]);
    }
    return true;
}

#include "power_failure.h"

#include <string.h>

/*
 * Torn, the rest of a sector that was being erased is noise. With an error-correcting code, a unit
 * that was cut short cannot be read until its sector is erased, whatever is programmed there.
 */
#ifndef MODEL_HAS_ERROR_CORRECTION
#define MODEL_HAS_ERROR_CORRECTION 0
#endif

#define SLOT_BYTES 4096u
#define SLOT_SECTOR_BYTES 1024u
#define STATE_BYTES 512u
#define STATE_SECTOR_BYTES 256u

static uint8_t slot_a[SLOT_BYTES];
static uint8_t slot_b[SLOT_BYTES];
static uint8_t boot_state[STATE_BYTES];
static uint8_t configuration[STATE_BYTES];

static const struct {
    uint8_t *bytes;
    uint32_t count;
    uint32_t sector_bytes;
} areas[ISO_HAL_FLASH_AREA_COUNT] = {{slot_a, SLOT_BYTES, SLOT_SECTOR_BYTES},
                                     {slot_b, SLOT_BYTES, SLOT_SECTOR_BYTES},
                                     {boot_state, STATE_BYTES, STATE_SECTOR_BYTES},
                                     {configuration, STATE_BYTES, STATE_SECTOR_BYTES}};

/* With an error-correcting code: units that were cut short, until their sector is erased. */
static bool damaged[ISO_HAL_FLASH_AREA_COUNT][SLOT_BYTES / ISO_HAL_FLASH_WRITE_BYTES];

void model_erase_all(void) {
    for (uint32_t i = 0; i < ISO_HAL_FLASH_AREA_COUNT; i += 1u) {
        memset(areas[i].bytes, 0xFF, areas[i].count);
    }
    memset(damaged, 0, sizeof damaged);
}

static void damage(iso_hal_flash_area area, uint32_t offset) {
    damaged[area][offset / ISO_HAL_FLASH_WRITE_BYTES] = MODEL_HAS_ERROR_CORRECTION != 0;
}

void model_put(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, uint32_t count) {
    memcpy(areas[area].bytes + offset, bytes, count);
}

const char *model_objection(void) {
    return NULL;
}

uint32_t iso_hal_flash_area_bytes(iso_hal_flash_area area) {
    return areas[area].count;
}

uint32_t iso_hal_flash_sector_bytes(iso_hal_flash_area area) {
    return areas[area].sector_bytes;
}

uint32_t iso_hal_flash_address(iso_hal_flash_area area) {
    return 0x10000u * ((uint32_t)area + 1u);
}

static bool lies_within(iso_hal_flash_area area, uint32_t offset, size_t count) {
    return offset <= areas[area].count && count <= areas[area].count - offset;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    if (!lies_within(area, offset, count)) {
        return false;
    }
    for (size_t i = 0; MODEL_HAS_ERROR_CORRECTION != 0 && i < count; i += 1u) {
        if (damaged[area][(offset + i) / ISO_HAL_FLASH_WRITE_BYTES]) {
            return false;
        }
    }
    memcpy(bytes, areas[area].bytes + offset, count);
    return true;
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t sector_bytes = areas[area].sector_bytes;
    if (offset % sector_bytes != 0u || !lies_within(area, offset, sector_bytes)) {
        return false;
    }
    uint8_t *cells = areas[area].bytes + offset;
    for (uint32_t i = 0; i < sector_bytes; i += 1u) {
        if (model_power_fails()) {
            for (uint32_t rest = i; rest < (model_is_torn() ? sector_bytes : i + 1u); rest += 1u) {
                cells[rest] = (uint8_t)(cells[rest] | model_noise());
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
    if (offset % ISO_HAL_FLASH_WRITE_BYTES != 0u || count % ISO_HAL_FLASH_WRITE_BYTES != 0u ||
        !lies_within(area, offset, count)) {
        return false;
    }
    uint8_t *cells = areas[area].bytes + offset;
    for (size_t i = 0; i < count; i += 1u) {
        if (cells[i] != 0xFFu) {
            return false; /* flash with an error-correcting code programs a unit once */
        }
    }
    for (size_t i = 0; i < count; i += 1u) {
        if (model_power_fails()) {
            cells[i] = (uint8_t)(cells[i] & (bytes[i] | model_noise()));
            damage(area, offset + (uint32_t)i);
            longjmp(model_power_failure, 1);
        }
        cells[i] = (uint8_t)(cells[i] & bytes[i]);
    }
    return true;
}

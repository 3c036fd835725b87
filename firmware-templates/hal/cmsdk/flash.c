#include "iso_flash_areas.h"
#include "iso_hal_flash.h"

#include <string.h>

/*
 * These machines have no flash that can be written; a part of their memory behaves like one. Where
 * the emulator keeps it in a file (host/flash/qemu.ts) it outlives the emulator, killed or not.
 */

#define ERASED 0xFFu

static uintptr_t address_of(iso_hal_flash_area area, uint32_t offset) {
    return (uintptr_t)iso_hal_flash_address(area) + offset;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    if (!iso_flash_may_read(area, offset, count)) {
        return false;
    }
    memcpy(bytes, (const uint8_t *)address_of(area, offset), count);
    return true;
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    if (!iso_flash_may_erase(area, offset)) {
        return false;
    }
    volatile uint8_t *cells = (volatile uint8_t *)address_of(area, offset);
    for (uint32_t i = 0; i < iso_hal_flash_sector_bytes(area); i += 1u) {
        cells[i] = ERASED;
    }
    return true;
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    if (!iso_flash_may_program(area, offset, count)) {
        return false;
    }
    volatile uint8_t *cells = (volatile uint8_t *)address_of(area, offset);
    for (size_t i = 0; i < count; i += 1u) {
        cells[i] = (uint8_t)(cells[i] & bytes[i]);
    }
    return true;
}

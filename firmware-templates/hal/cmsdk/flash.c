#include "iso_board.h"
#include "iso_hal_flash.h"

#include <string.h>

/*
 * These machines have no flash that can be written; a part of their memory behaves like one. Where
 * the emulator keeps it in a file (host/flash/qemu.ts) it outlives the emulator, killed or not.
 */

#define ERASED 0xFFu

typedef struct {
    uint32_t origin;
    uint32_t bytes;
    uint32_t sector_bytes;
} extent;

static const extent areas[ISO_HAL_FLASH_AREA_COUNT] = ISO_BOARD_FLASH_AREAS;

uint32_t iso_hal_flash_area_bytes(iso_hal_flash_area area) {
    return areas[area].bytes;
}

uint32_t iso_hal_flash_sector_bytes(iso_hal_flash_area area) {
    return areas[area].sector_bytes;
}

uint32_t iso_hal_flash_address(iso_hal_flash_area area) {
    return areas[area].origin;
}

const uint8_t *iso_hal_flash_memory(iso_hal_flash_area area) {
    return (const uint8_t *)(uintptr_t)areas[area].origin;
}

static bool lies_within(iso_hal_flash_area area, uint32_t offset, size_t count) {
    return offset <= areas[area].bytes && count <= areas[area].bytes - offset;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    if (!lies_within(area, offset, count)) {
        return false;
    }
    memcpy(bytes, iso_hal_flash_memory(area) + offset, count);
    return true;
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t sector_bytes = areas[area].sector_bytes;
    if (sector_bytes == 0u || offset % sector_bytes != 0u ||
        !lies_within(area, offset, sector_bytes)) {
        return false;
    }
    volatile uint8_t *cells = (volatile uint8_t *)(uintptr_t)(areas[area].origin + offset);
    for (uint32_t i = 0; i < sector_bytes; i += 1u) {
        cells[i] = ERASED;
    }
    return true;
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    if (offset % ISO_HAL_FLASH_WRITE_BYTES != 0u || count % ISO_HAL_FLASH_WRITE_BYTES != 0u ||
        !lies_within(area, offset, count)) {
        return false;
    }
    volatile uint8_t *cells = (volatile uint8_t *)(uintptr_t)(areas[area].origin + offset);
    for (size_t i = 0; i < count; i += 1u) {
        cells[i] = (uint8_t)(cells[i] & bytes[i]);
    }
    return true;
}

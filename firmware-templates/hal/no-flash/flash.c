#include "iso_hal_flash.h"

#include <stddef.h>

/*
 * For chips whose flash the firmware does not write: no area has a byte. Settings last until a
 * restart, and images come by a probe.
 */

uint32_t iso_hal_flash_area_bytes(iso_hal_flash_area area) {
    (void)area;
    return 0u;
}

uint32_t iso_hal_flash_sector_bytes(iso_hal_flash_area area) {
    (void)area;
    return 0u;
}

uint32_t iso_hal_flash_address(iso_hal_flash_area area) {
    (void)area;
    return 0u;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    (void)area;
    (void)offset;
    (void)bytes;
    (void)count;
    return false;
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    (void)area;
    (void)offset;
    return false;
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    (void)area;
    (void)offset;
    (void)bytes;
    (void)count;
    return false;
}

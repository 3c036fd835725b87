#include "iso_hal_flash.h"
#include "iso_linux.h"

#include <string.h>

/*
 * What is kept over restarts, in a file of the state folder that behaves as flash does:
 * iso_flash_log then needs no second way of its own. There are no slots: a new program comes over
 * ssh.
 */

#define SECTOR_BYTES 4096u
#define SECTORS 2u
#define AREA_BYTES (SECTORS * SECTOR_BYTES)

static int file = -1;

static bool holds(iso_hal_flash_area area, uint32_t offset, size_t count) {
    return file >= 0 && area == ISO_HAL_FLASH_CONFIGURATION && offset <= AREA_BYTES &&
           count <= AREA_BYTES - offset;
}

static bool erase(uint32_t offset) {
    uint8_t sector[SECTOR_BYTES];
    memset(sector, 0xFF, sizeof sector);
    return iso_linux_write_at(file, offset, sector, sizeof sector);
}

void iso_linux_flash_open(const char *state) {
    if (state == NULL) {
        return;
    }
    file = iso_linux_open_state(state, "configuration");
    for (uint32_t offset = 0; offset < AREA_BYTES; offset += SECTOR_BYTES) {
        uint8_t last;
        if (!iso_linux_read_at(file, offset + SECTOR_BYTES - 1u, &last, 1u) && !erase(offset)) {
            iso_linux_give_up("cannot write", "configuration");
        }
    }
}

uint32_t iso_hal_flash_area_bytes(iso_hal_flash_area area) {
    return holds(area, 0u, 0u) ? AREA_BYTES : 0u;
}

uint32_t iso_hal_flash_sector_bytes(iso_hal_flash_area area) {
    return holds(area, 0u, 0u) ? SECTOR_BYTES : 0u;
}

uint32_t iso_hal_flash_address(iso_hal_flash_area area) {
    (void)area;
    return 0u;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    return holds(area, offset, count) && iso_linux_read_at(file, offset, bytes, count);
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    return holds(area, offset, SECTOR_BYTES) && offset % SECTOR_BYTES == 0u && erase(offset);
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    uint8_t held[SECTOR_BYTES];
    if (!holds(area, offset, count) || count > sizeof held ||
        !iso_linux_read_at(file, offset, held, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i += 1u) {
        held[i] = (uint8_t)(held[i] & bytes[i]);
    }
    return iso_linux_write_at(file, offset, held, count);
}

#include "iso_flash_areas.h"
#include "iso_linux.h"

#include <string.h>

/*
 * The areas of the board file as files of the state folder that behave as flash does: what decides
 * about slots and settings needs no second way of its own. A file has its whole size from the first
 * start on, so that a disk that is full refuses then, and not in the middle of an update.
 *
 * What a killed process wrote the kernel still has; against a power cut files are synced. A record
 * of the boot state or of the settings is on the disk when its call returns. A slot reaches the
 * disk sector by sector in the order of its writes, and whole before any such record: where the
 * power fails in between, the hash tells what is missing.
 */

#define PART_BYTES 4096u
#define ERASED 0xFFu

static const char *const names[ISO_HAL_FLASH_AREA_COUNT] = {
    [ISO_HAL_FLASH_SLOT_A] = "slot-a",
    [ISO_HAL_FLASH_SLOT_B] = "slot-b",
    [ISO_HAL_FLASH_BOOT_STATE] = "boot-state",
    [ISO_HAL_FLASH_CONFIGURATION] = "configuration",
};

static bool is_open;
static int files[ISO_HAL_FLASH_AREA_COUNT];

/* The one sector with writes that are not on the disk yet; always a slot's. */
static struct {
    bool any;
    iso_hal_flash_area area;
    uint32_t sector;
} unsynced;

static bool sync_slot(void) {
    unsynced.any = unsynced.any && !iso_linux_sync(files[unsynced.area]);
    return !unsynced.any;
}

static bool is_slot(iso_hal_flash_area area) {
    return area == ISO_HAL_FLASH_SLOT_A || area == ISO_HAL_FLASH_SLOT_B;
}

static bool put(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, size_t count) {
    const uint32_t sector = offset / iso_hal_flash_sector_bytes(area);
    const bool goes_on = unsynced.any && unsynced.area == area && unsynced.sector == sector;
    if (!goes_on && !sync_slot()) {
        return false;
    }
    if (!is_slot(area)) {
        return iso_linux_write_at(files[area], offset, bytes, count);
    }
    unsynced.any = true;
    unsynced.area = area;
    unsynced.sector = sector;
    return iso_linux_write_behind(files[area], offset, bytes, count);
}

static bool is_erased(const uint8_t *bytes, size_t count) {
    size_t at = 0;
    while (at < count && bytes[at] == ERASED) {
        at += 1u;
    }
    return at == count;
}

/* From an offset to the end of its sector; what is erased already is not written again. */
static bool erase_rest(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t sector_bytes = iso_hal_flash_sector_bytes(area);
    const uint32_t end = offset - offset % sector_bytes + sector_bytes;
    uint8_t held[PART_BYTES];
    uint8_t erased[PART_BYTES];
    memset(erased, ERASED, sizeof erased);
    while (offset < end) {
        const size_t count = end - offset < PART_BYTES ? end - offset : PART_BYTES;
        if (!(iso_linux_read_at(files[area], offset, held, count) && is_erased(held, count)) &&
            !put(area, offset, erased, count)) {
            return false;
        }
        offset += (uint32_t)count;
    }
    return sync_slot();
}

static void open_area(iso_hal_flash_area area, const char *state) {
    files[area] = iso_linux_open_state(state, names[area]);
    const uint32_t area_bytes = iso_hal_flash_area_bytes(area);
    const uint32_t sector_bytes = iso_hal_flash_sector_bytes(area);
    uint32_t held = iso_linux_size(files[area]);
    while (held < area_bytes) {
        if (!erase_rest(area, held)) {
            iso_linux_give_up("cannot write", names[area]);
        }
        held += sector_bytes - held % sector_bytes;
    }
    /* What a killed process had written and not synced. */
    if (!iso_linux_sync(files[area])) {
        iso_linux_give_up("cannot write", names[area]);
    }
}

void iso_linux_flash_open(const char *state) {
    if (state == NULL) {
        return;
    }
    unsynced.any = false;
    for (unsigned area = 0; area < ISO_HAL_FLASH_AREA_COUNT; area += 1u) {
        if (iso_hal_flash_area_bytes((iso_hal_flash_area)area) > 0u) {
            open_area((iso_hal_flash_area)area, state);
        }
    }
    is_open = true;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    return is_open && iso_flash_may_read(area, offset, count) &&
           iso_linux_read_at(files[area], offset, bytes, count);
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    return is_open && iso_flash_may_erase(area, offset) && erase_rest(area, offset);
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    uint8_t held[PART_BYTES];
    if (!is_open || !iso_flash_may_program(area, offset, count) || count > sizeof held ||
        !iso_linux_read_at(files[area], offset, held, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i += 1u) {
        held[i] = (uint8_t)(held[i] & bytes[i]);
    }
    return put(area, offset, held, count);
}

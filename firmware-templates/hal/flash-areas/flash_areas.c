#include "iso_board.h"
#include "iso_flash_areas.h"

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

bool iso_flash_may_read(iso_hal_flash_area area, uint32_t offset, size_t count) {
    return offset <= areas[area].bytes && count <= areas[area].bytes - offset;
}

bool iso_flash_may_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t sector_bytes = areas[area].sector_bytes;
    return sector_bytes != 0u && offset % sector_bytes == 0u &&
           iso_flash_may_read(area, offset, sector_bytes);
}

bool iso_flash_may_program(iso_hal_flash_area area, uint32_t offset, size_t count) {
    return offset % ISO_HAL_FLASH_WRITE_BYTES == 0u && count % ISO_HAL_FLASH_WRITE_BYTES == 0u &&
           iso_flash_may_read(area, offset, count);
}

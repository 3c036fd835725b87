#include "iso_kept.h"

#include "iso_crc32c.h"
#include "iso_hal_flash.h"

#include <string.h>

#define AREA ISO_HAL_FLASH_CONFIGURATION
#define COPIES 2u
#define MARK 0x314B5349u /* "ISK1" */

typedef struct {
    uint32_t mark;
    uint32_t sequence; /* of the copies the later counts; wraps */
    uint32_t words[ISO_KEPT_WORDS];
    uint32_t crc; /* CRC-32C of what stands before it */
} kept_copy;

_Static_assert(sizeof(kept_copy) % ISO_HAL_FLASH_WRITE_BYTES == 0u, "a copy is whole units");

static uint32_t crc_of(const kept_copy *copy) {
    return iso_crc32c((const uint8_t *)copy, sizeof *copy - sizeof copy->crc);
}

static iso_kept_state read_copy(uint32_t index, kept_copy *out) {
    const uint32_t at = index * iso_hal_flash_sector_bytes(AREA);
    if (!iso_hal_flash_read(AREA, at, (uint8_t *)out, sizeof *out) || out->mark != MARK) {
        return ISO_KEPT_NOTHING;
    }
    return out->crc == crc_of(out) ? ISO_KEPT_WHOLE : ISO_KEPT_DAMAGED;
}

/* The newer whole copy; where there is none, the index of none (COPIES). */
static uint32_t find_newest(kept_copy *newest, iso_kept_state *state) {
    uint32_t found = COPIES;
    *state = ISO_KEPT_NOTHING;
    for (uint32_t index = 0; index < COPIES; index += 1u) {
        kept_copy copy;
        const iso_kept_state read = read_copy(index, &copy);
        if (read == ISO_KEPT_WHOLE &&
            (found == COPIES || (int32_t)(copy.sequence - newest->sequence) > 0)) {
            *newest = copy;
            *state = ISO_KEPT_WHOLE;
            found = index;
        } else if (read == ISO_KEPT_DAMAGED && found == COPIES) {
            *state = ISO_KEPT_DAMAGED;
        }
    }
    return found;
}

static bool has_area(void) {
    const uint32_t sector_bytes = iso_hal_flash_sector_bytes(AREA);
    return sector_bytes >= sizeof(kept_copy) &&
           iso_hal_flash_area_bytes(AREA) >= COPIES * sector_bytes;
}

iso_kept_state iso_kept_load(uint32_t words[ISO_KEPT_WORDS]) {
    kept_copy newest = {0};
    iso_kept_state state = ISO_KEPT_NOTHING;
    if (has_area() && find_newest(&newest, &state) < COPIES) {
        memcpy(words, newest.words, sizeof newest.words);
    }
    return state;
}

bool iso_kept_store(const uint32_t words[ISO_KEPT_WORDS]) {
    kept_copy copy = {.mark = MARK};
    kept_copy kept = {0};
    iso_kept_state state;
    if (!has_area()) {
        return false;
    }
    const uint32_t newest = find_newest(&kept, &state);
    const uint32_t index = newest == 0u ? 1u : 0u;
    const uint32_t at = index * iso_hal_flash_sector_bytes(AREA);
    copy.sequence = newest < COPIES ? kept.sequence + 1u : 1u;
    memcpy(copy.words, words, sizeof copy.words);
    copy.crc = crc_of(&copy);
    return iso_hal_flash_erase(AREA, at) &&
           iso_hal_flash_program(AREA, at, (const uint8_t *)&copy, sizeof copy) &&
           read_copy(index, &kept) == ISO_KEPT_WHOLE;
}

#include "iso_boot_state.h"

#include "iso_crc32c.h"

#include <string.h>

#define AREA ISO_HAL_FLASH_BOOT_STATE
/* A multiple of what any flash programs at once. */
#define RECORD_BYTES 32u
#define RECORD_MARK 0x31425349u /* "ISB1" */
_Static_assert(RECORD_BYTES % ISO_HAL_FLASH_WRITE_BYTES == 0u, "a record is whole units");

/* Words of a record: mark, sequence, oldest allowed version, slots and flags, three unused, CRC-32C
 * of what stands before it. */
#define RECORD_WORDS (RECORD_BYTES / 4u)
#define CRC_WORD (RECORD_WORDS - 1u)

static uint32_t crc_of(const uint32_t *words) {
    return iso_crc32c((const uint8_t *)words, CRC_WORD * 4u);
}

static bool decode(const uint32_t *words, iso_boot_state *out) {
    if (words[0] != RECORD_MARK || words[CRC_WORD] != crc_of(words)) {
        return false;
    }
    *out = (iso_boot_state){.sequence = words[1],
                            .oldest_allowed = words[2],
                            .confirmed = (uint8_t)words[3],
                            .trial = (uint8_t)(words[3] >> 8),
                            .attempts_left = (uint8_t)(words[3] >> 16),
                            .rolled_back = (words[3] >> 24) != 0u};
    return out->confirmed <= 1u && (out->trial <= 1u || out->trial == ISO_BOOT_NO_SLOT);
}

static void encode(const iso_boot_state *state, uint32_t *words) {
    memset(words, 0, RECORD_BYTES);
    words[0] = RECORD_MARK;
    words[1] = state->sequence;
    words[2] = state->oldest_allowed;
    words[3] = (uint32_t)state->confirmed | (uint32_t)state->trial << 8 |
               (uint32_t)state->attempts_left << 16 | (state->rolled_back ? 1u : 0u) << 24;
    words[CRC_WORD] = crc_of(words);
}

/* The newest record, and where it lies. */
static uint32_t find_newest(iso_boot_state *out) {
    const uint32_t area_bytes = iso_hal_flash_area_bytes(AREA);
    uint32_t newest_at = 0u;
    *out = (iso_boot_state){.trial = ISO_BOOT_NO_SLOT};
    for (uint32_t at = 0u; at < area_bytes; at += RECORD_BYTES) {
        uint32_t words[RECORD_WORDS];
        iso_boot_state state;
        if (iso_hal_flash_read(AREA, at, (uint8_t *)words, RECORD_BYTES) && decode(words, &state) &&
            state.sequence > out->sequence) {
            *out = state;
            newest_at = at;
        }
    }
    return newest_at;
}

void iso_boot_state_load(iso_boot_state *out) {
    (void)find_newest(out);
}

static bool is_blank(uint32_t at) {
    uint8_t bytes[RECORD_BYTES];
    if (!iso_hal_flash_read(AREA, at, bytes, sizeof bytes)) {
        return false;
    }
    for (uint32_t i = 0; i < RECORD_BYTES; i += 1u) {
        if (bytes[i] != 0xFFu) {
            return false;
        }
    }
    return true;
}

static bool write_record(uint32_t at, const iso_boot_state *state) {
    uint32_t words[RECORD_WORDS];
    uint32_t kept[RECORD_WORDS];
    encode(state, words);
    return iso_hal_flash_program(AREA, at, (const uint8_t *)words, RECORD_BYTES) &&
           iso_hal_flash_read(AREA, at, (uint8_t *)kept, RECORD_BYTES) &&
           memcmp(words, kept, RECORD_BYTES) == 0;
}

bool iso_boot_state_store(iso_boot_state *state) {
    const uint32_t sector_bytes = iso_hal_flash_sector_bytes(AREA);
    const uint32_t area_bytes = iso_hal_flash_area_bytes(AREA);
    if (sector_bytes == 0u) {
        return false;
    }
    iso_boot_state newest;
    const uint32_t newest_at = find_newest(&newest);
    uint32_t sector = newest_at - newest_at % sector_bytes;
    state->sequence = newest.sequence + 1u;
    /* A record that was cut short is left behind. */
    if (newest.sequence > 0u) {
        for (uint32_t at = newest_at + RECORD_BYTES; at < sector + sector_bytes;
             at += RECORD_BYTES) {
            if (is_blank(at) && write_record(at, state)) {
                return true;
            }
        }
        sector = (sector + sector_bytes) % area_bytes;
    }
    return iso_hal_flash_erase(AREA, sector) && write_record(sector, state);
}

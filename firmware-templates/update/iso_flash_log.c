#include "iso_flash_log.h"

#include "iso_crc32c.h"

#include <string.h>

typedef struct {
    uint32_t mark;
    uint32_t sequence; /* of the records the latest counts; wraps */
    uint32_t words[ISO_FLASH_LOG_WORDS];
    uint32_t crc; /* CRC-32C of what stands before it */
} record;

/* A multiple of what any flash programs at once. */
#define RECORD_BYTES 32u
_Static_assert(sizeof(record) == RECORD_BYTES && RECORD_BYTES % ISO_HAL_FLASH_WRITE_BYTES == 0u,
               "a record is whole units");

static uint32_t crc_of(const record *of) {
    return iso_crc32c((const uint8_t *)of, RECORD_BYTES - sizeof of->crc);
}

/* The newest whole record and where it lies. */
static iso_flash_log_state find_newest(const iso_flash_log *log, record *newest,
                                       uint32_t *newest_at) {
    const uint32_t area_bytes = iso_hal_flash_area_bytes(log->area);
    iso_flash_log_state state = ISO_FLASH_LOG_NOTHING;
    for (uint32_t at = 0u; at < area_bytes; at += RECORD_BYTES) {
        record held;
        if (!iso_hal_flash_read(log->area, at, (uint8_t *)&held, RECORD_BYTES) ||
            held.mark != log->mark) {
            continue;
        }
        if (held.crc != crc_of(&held)) {
            state = state == ISO_FLASH_LOG_WHOLE ? state : ISO_FLASH_LOG_DAMAGED;
        } else if (state != ISO_FLASH_LOG_WHOLE ||
                   (int32_t)(held.sequence - newest->sequence) > 0) {
            *newest = held;
            *newest_at = at;
            state = ISO_FLASH_LOG_WHOLE;
        }
    }
    return state;
}

iso_flash_log_state iso_flash_log_load(const iso_flash_log *log,
                                       uint32_t words[ISO_FLASH_LOG_WORDS]) {
    record newest = {0};
    uint32_t at = 0u;
    const iso_flash_log_state state = find_newest(log, &newest, &at);
    if (state == ISO_FLASH_LOG_WHOLE) {
        memcpy(words, newest.words, sizeof newest.words);
    }
    return state;
}

static bool is_blank(iso_hal_flash_area area, uint32_t at) {
    uint8_t bytes[RECORD_BYTES];
    if (!iso_hal_flash_read(area, at, bytes, sizeof bytes)) {
        return false;
    }
    for (uint32_t i = 0; i < RECORD_BYTES; i += 1u) {
        if (bytes[i] != 0xFFu) {
            return false;
        }
    }
    return true;
}

static bool write_record(iso_hal_flash_area area, uint32_t at, const uint8_t *bytes) {
    uint8_t kept[RECORD_BYTES];
    return iso_hal_flash_program(area, at, bytes, RECORD_BYTES) &&
           iso_hal_flash_read(area, at, kept, RECORD_BYTES) &&
           memcmp(bytes, kept, RECORD_BYTES) == 0;
}

bool iso_flash_log_store(const iso_flash_log *log, const uint32_t words[ISO_FLASH_LOG_WORDS]) {
    const uint32_t sector_bytes = iso_hal_flash_sector_bytes(log->area);
    const uint32_t area_bytes = iso_hal_flash_area_bytes(log->area);
    if (sector_bytes < RECORD_BYTES || area_bytes < 2u * sector_bytes) {
        return false;
    }
    record newest = {0};
    uint32_t newest_at = 0u;
    const bool first = find_newest(log, &newest, &newest_at) != ISO_FLASH_LOG_WHOLE;
    record fresh = {.mark = log->mark, .sequence = newest.sequence + 1u};
    memcpy(fresh.words, words, sizeof fresh.words);
    fresh.crc = crc_of(&fresh);
    const uint8_t *bytes = (const uint8_t *)&fresh;
    uint32_t sector = newest_at - newest_at % sector_bytes;
    /* A record that was cut short is left behind. */
    if (!first) {
        for (uint32_t at = newest_at + RECORD_BYTES; at < sector + sector_bytes;
             at += RECORD_BYTES) {
            if (is_blank(log->area, at) && write_record(log->area, at, bytes)) {
                return true;
            }
        }
        sector = (sector + sector_bytes) % area_bytes;
    }
    return iso_hal_flash_erase(log->area, sector) && write_record(log->area, sector, bytes);
}

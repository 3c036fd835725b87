#include "iso_crc32c.h"
#include "iso_crc32c_table.h"

uint32_t iso_crc32c_update(uint32_t crc_register, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        crc_register = (crc_register >> 8) ^ iso_crc32c_table[(crc_register ^ bytes[i]) & 0xFFu];
    }
    return crc_register;
}

uint32_t iso_crc32c_finish(uint32_t crc_register) {
    return ~crc_register;
}

uint32_t iso_crc32c(const uint8_t *bytes, size_t count) {
    return iso_crc32c_finish(iso_crc32c_update(ISO_CRC32C_START, bytes, count));
}

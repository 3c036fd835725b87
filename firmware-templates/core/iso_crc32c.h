/*
 * CRC-32C (Castagnoli, RFC 3720): guards frames, network programs and test vectors.
 * The register is the CRC before its final complement, so that a long input can be fed in pieces.
 */
#ifndef ISO_CRC32C_H
#define ISO_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The register before any byte. */
#define ISO_CRC32C_START 0xFFFFFFFFu

uint32_t iso_crc32c_update(uint32_t crc_register, const uint8_t *bytes, size_t count);
uint32_t iso_crc32c_finish(uint32_t crc_register);
/* All of it at once; "123456789" gives 0xE3069283. */
uint32_t iso_crc32c(const uint8_t *bytes, size_t count);

#endif

#include "iso_linux.h"

#include "iso_crc32c.h"

#include <elf.h>

/*
 * Whether code and constants are what was built: what the program's own header (System V ABI, ELF)
 * says is loaded and never written, in memory as it is. The seal is a variable, so that it is no
 * part of what it seals; the build writes it (host/toolchain/linux-image.ts).
 */

#define SEAL_MARK 0x49534F53u /* "ISOS" */

typedef struct {
    uint32_t mark;
    uint32_t byte_count;
    uint32_t crc; /* CRC-32C */
} image_seal;

extern volatile image_seal iso_image_seal;
__attribute__((section(".image_seal"), used)) volatile image_seal iso_image_seal = {
    .mark = SEAL_MARK, .byte_count = 0u, .crc = 0u};

/* The linker's: the header is loaded with the code. */
extern const Elf64_Ehdr __executable_start;

bool iso_hal_image_is_sound(void) {
    const uint8_t *image = (const uint8_t *)&__executable_start;
    const Elf64_Phdr *segments = (const Elf64_Phdr *)(image + __executable_start.e_phoff);
    uint32_t crc = ISO_CRC32C_START;
    size_t byte_count = 0;
    for (unsigned i = 0; i < __executable_start.e_phnum; i += 1u) {
        const Elf64_Phdr *segment = &segments[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) == 0u) {
            const size_t bytes = (size_t)segment->p_filesz;
            crc = iso_crc32c_update(crc, (const uint8_t *)(uintptr_t)segment->p_vaddr, bytes);
            byte_count += bytes;
        }
    }
    return iso_image_seal.mark == SEAL_MARK && iso_image_seal.byte_count == byte_count &&
           iso_image_seal.crc == iso_crc32c_finish(crc);
}

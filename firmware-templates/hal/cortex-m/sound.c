#include "cortex_m.h"
#include "iso_crc32c.h"
#include "iso_hal.h"
#include "iso_march.h"

/*
 * Whether memory and program are what they should be. Memory is marched through before anything
 * lies in it; what is left out is what must survive a reset (.noinit, the boot nonce) and the few
 * words of stack that the test itself stands on.
 */

#define SEAL_MARK 0x49534F53u /* "ISOS" */
/* Below the frames of the testing functions. */
#define STACK_MARGIN_WORDS 64u

extern uint32_t iso_stack_bottom[];
extern uint32_t iso_data_start[];
extern uint32_t iso_noinit_start[];
extern const uint8_t iso_image_start[];

/* Behind everything else in flash. The build writes length and checksum once the image is linked
 * (host/toolchain/seal-image.ts); an image without them is none that was built to the end. */
typedef struct {
    uint32_t mark;
    uint32_t byte_count; /* from iso_image_start on */
    uint32_t crc;        /* CRC-32C */
} image_seal;

extern const volatile image_seal iso_image_seal;
__attribute__((section(".image_seal"), used))
const volatile image_seal iso_image_seal = {.mark = SEAL_MARK, .byte_count = 0u, .crc = 0u};

static bool ram_damaged;

static bool holds(uint32_t *begin, uint32_t *end) {
    return iso_march(begin, end) == end;
}

bool iso_cortex_march_ram(void) {
    uint32_t *here;
    __asm volatile("mov %0, sp" : "=r"(here));
    return holds(iso_stack_bottom, here - STACK_MARGIN_WORDS) &&
           holds(iso_data_start, iso_noinit_start);
}

void iso_cortex_note_ram(bool sound) {
    ram_damaged = !sound;
}

bool iso_hal_ram_is_sound(void) {
    return !ram_damaged;
}

bool iso_cortex_image_lies_in(uint32_t first, uint32_t count) {
    return (uintptr_t)iso_image_start - first < count;
}

bool iso_hal_image_is_sound(void) {
    const uint32_t byte_count = iso_image_seal.byte_count;
    return iso_image_seal.mark == SEAL_MARK &&
           byte_count == (uint32_t)((uintptr_t)&iso_image_seal - (uintptr_t)iso_image_start) &&
           iso_crc32c(iso_image_start, byte_count) == iso_image_seal.crc;
}

#include "iso_image.h"

#include "crypto_sign_ed25519.h"
#include "iso_board.h"

#include <string.h>

/* Places in the header. */
#define AT_MAGIC 0u
#define AT_PROGRAM_OFFSET 8u
#define AT_PROGRAM_BYTES 12u
#define AT_VERSION 16u
#define AT_OLDEST_ALLOWED 20u
#define AT_BUILD_ID 24u
#define AT_SLOT_ADDRESS 28u
#define AT_BOARD 32u
#define AT_HASH 64u
/* 128 to 191 are zero. */
#define SIGNED_BYTES 192u
/* Read at once, on the stack. */
#define PART_BYTES 256u

static const uint8_t MAGIC[8] = {'I', 'S', 'O', 'I', 'M', 'G', '1', 0};

static uint32_t u32_at(const uint8_t *bytes, uint32_t offset) {
    return (uint32_t)bytes[offset] | (uint32_t)bytes[offset + 1u] << 8 |
           (uint32_t)bytes[offset + 2u] << 16 | (uint32_t)bytes[offset + 3u] << 24;
}

static bool names_this_board(const uint8_t board[ISO_IMAGE_BOARD_BYTES]) {
    static const char name[] = ISO_BOARD_NAME;
    _Static_assert(sizeof name <= ISO_IMAGE_BOARD_BYTES,
                   "the header has room for the board's name");
    uint8_t padded[ISO_IMAGE_BOARD_BYTES] = {0};
    memcpy(padded, name, sizeof name);
    return memcmp(padded, board, sizeof padded) == 0;
}

iso_image_judgement iso_image_judge_header(const uint8_t header[ISO_IMAGE_HEADER_BYTES],
                                           iso_hal_flash_area slot, iso_image *out) {
    if (memcmp(header + AT_MAGIC, MAGIC, sizeof MAGIC) != 0 ||
        u32_at(header, AT_PROGRAM_OFFSET) != ISO_IMAGE_PROGRAM_OFFSET) {
        return ISO_IMAGE_NOT_ONE;
    }
    if (!names_this_board(header + AT_BOARD)) {
        return ISO_IMAGE_OTHER_BOARD;
    }
    if (u32_at(header, AT_SLOT_ADDRESS) != iso_hal_flash_address(slot)) {
        return ISO_IMAGE_OTHER_SLOT;
    }
    const uint32_t program_bytes = u32_at(header, AT_PROGRAM_BYTES);
    const uint32_t slot_bytes = iso_hal_flash_area_bytes(slot);
    if (program_bytes == 0u || slot_bytes < ISO_IMAGE_PROGRAM_OFFSET ||
        program_bytes > slot_bytes - ISO_IMAGE_PROGRAM_OFFSET) {
        return ISO_IMAGE_TOO_LARGE;
    }
    if (crypto_sign_ed25519_verify_detached(header + SIGNED_BYTES, header, SIGNED_BYTES,
                                            iso_image_public_key) != 0) {
        return ISO_IMAGE_BAD_SIGNATURE;
    }
    *out = (iso_image){.program_bytes = program_bytes,
                       .version = u32_at(header, AT_VERSION),
                       .oldest_allowed = u32_at(header, AT_OLDEST_ALLOWED),
                       .build_id = u32_at(header, AT_BUILD_ID)};
    memcpy(out->hash, header + AT_HASH, sizeof out->hash);
    return ISO_IMAGE_GOOD;
}

void iso_image_hash_begin(iso_image_hashing *hashing) {
    (void)crypto_hash_sha512_init(&hashing->state);
    hashing->bytes = 0u;
    hashing->unreadable = false;
}

bool iso_image_hash_step(iso_image_hashing *hashing, iso_hal_flash_area slot,
                         const iso_image *image, uint32_t bytes) {
    uint8_t part[PART_BYTES];
    uint32_t left = image->program_bytes - hashing->bytes;
    left = bytes < left ? bytes : left;
    while (left > 0u) {
        const uint32_t count = left < PART_BYTES ? left : PART_BYTES;
        if (iso_hal_flash_read(slot, ISO_IMAGE_PROGRAM_OFFSET + hashing->bytes, part, count)) {
            (void)crypto_hash_sha512_update(&hashing->state, part, count);
        } else {
            hashing->unreadable = true;
        }
        hashing->bytes += count;
        left -= count;
    }
    return hashing->bytes == image->program_bytes;
}

bool iso_image_hash_holds(iso_image_hashing *hashing, const iso_image *image) {
    uint8_t hash[ISO_IMAGE_HASH_BYTES];
    (void)crypto_hash_sha512_final(&hashing->state, hash);
    return !hashing->unreadable && memcmp(hash, image->hash, sizeof hash) == 0;
}

iso_image_judgement iso_image_judge(iso_hal_flash_area slot, iso_image *out) {
    uint8_t header[ISO_IMAGE_HEADER_BYTES];
    if (!iso_hal_flash_read(slot, 0u, header, sizeof header)) {
        return ISO_IMAGE_NOT_ONE;
    }
    const iso_image_judgement judgement = iso_image_judge_header(header, slot, out);
    if (judgement != ISO_IMAGE_GOOD) {
        return judgement;
    }
    iso_image_hashing hashing;
    iso_image_hash_begin(&hashing);
    (void)iso_image_hash_step(&hashing, slot, out, out->program_bytes);
    return iso_image_hash_holds(&hashing, out) ? ISO_IMAGE_GOOD : ISO_IMAGE_HASH_DIFFERS;
}

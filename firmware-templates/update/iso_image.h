#ifndef ISO_IMAGE_H
#define ISO_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto_hash_sha512.h"
#include "iso_hal_flash.h"

/*
 * An image in a slot (docs/update.md): a signed header, room up to a fixed offset, and the program
 * with its vector table first. All numbers are little-endian.
 */

/* As it is signed, stored and sent. */
#define ISO_IMAGE_HEADER_BYTES 256u
/* A vector table lies at a multiple of its size, rounded up to a power of two (Armv7-M B3.2.5):
 * 1024 does for 240 interrupts. */
#define ISO_IMAGE_PROGRAM_OFFSET 1024u
#define ISO_IMAGE_BOARD_BYTES 32u
#define ISO_IMAGE_HASH_BYTES 64u /* SHA-512 */

typedef struct {
    uint32_t program_bytes;
    uint32_t version;        /* major << 24 | minor << 16 | patch */
    uint32_t oldest_allowed; /* once this one is confirmed, no older version is taken */
    uint32_t build_id;
    uint8_t hash[ISO_IMAGE_HASH_BYTES]; /* of the program */
} iso_image;

typedef enum {
    ISO_IMAGE_GOOD = 0,
    ISO_IMAGE_NOT_ONE,
    ISO_IMAGE_OTHER_BOARD,
    ISO_IMAGE_OTHER_SLOT, /* linked to run elsewhere */
    ISO_IMAGE_TOO_LARGE,
    ISO_IMAGE_BAD_SIGNATURE,
    ISO_IMAGE_HASH_DIFFERS
} iso_image_judgement;

/* Ed25519; the key that the build was given. */
extern const uint8_t iso_image_public_key[32];

/* Of the header alone: whose it is, where it runs, its signature. *out is set when it is good. */
iso_image_judgement iso_image_judge_header(const uint8_t header[ISO_IMAGE_HEADER_BYTES],
                                           iso_hal_flash_area slot, iso_image *out);

/* The program's hash, some bytes at a time. */
typedef struct {
    crypto_hash_sha512_state state;
    uint32_t bytes;  /* so far */
    bool unreadable; /* some of them: there is no hash then */
} iso_image_hashing;

void iso_image_hash_begin(iso_image_hashing *hashing);
/* At most so many bytes more; true when the program is at its end. */
bool iso_image_hash_step(iso_image_hashing *hashing, iso_hal_flash_area slot,
                         const iso_image *image, uint32_t bytes);
bool iso_image_hash_holds(iso_image_hashing *hashing, const iso_image *image);

/* All of what lies in a slot. */
iso_image_judgement iso_image_judge(iso_hal_flash_area slot, iso_image *out);

#endif

/*
 * An update on flash whose power fails in every operation, one after the other: after each the
 * device must start a whole image, and the same update, begun again, must come to its end. Twice in
 * a row, too. With numbers as its arguments: in every so manieth operation, and every so manieth
 * twice.
 *
 * Out: a line `name value` for each count; ends with status 1 and a line that says what broke.
 */
#include "crypto_hash_sha512.h"
#include "crypto_sign_ed25519.h"
#include "iso_boot.h"
#include "iso_boot_state.h"
#include "iso_image.h"
#include "iso_update.h"
#include "power_failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PROGRAM_BYTES
#define PROGRAM_BYTES 1701u
#endif
#define OLD_VERSION 1u
#define NEW_VERSION 2u
#define PART_BYTES 100u
#define RECORD_BYTES 32u /* of the boot state */
/* So many operations after the first failure. */
#define SOON 64u
/* Starts that a trial has, and one more for the image before. */
#define STARTS (ISO_BOOT_ATTEMPTS + 1u)

const uint8_t iso_image_public_key[32];
const uint8_t iso_update_running_slot = 0u;

/* Here the signature is a hash, which the model can make itself and check fast: the real check is
 * tested on emulated boards. */
int crypto_sign_ed25519_verify_detached(const unsigned char *signature,
                                        const unsigned char *message,
                                        unsigned long long message_bytes,
                                        const unsigned char *public_key) {
    uint8_t hash[64];
    (void)public_key;
    (void)crypto_hash_sha512(hash, message, message_bytes);
    return memcmp(hash, signature, sizeof hash) == 0 ? 0 : -1;
}

typedef struct {
    uint8_t header[ISO_IMAGE_HEADER_BYTES];
    uint8_t program[PROGRAM_BYTES];
} image_file;

static image_file old_image;
static image_file new_image;
/* volatile: kept over longjmp. */
static volatile uint32_t resumed;
static volatile bool confirms;
static volatile bool activated; /* from then on the new image must be tried */
static volatile bool confirmed; /* from then on the old image must not return */

static void put_u32(uint8_t *bytes, uint32_t value) {
    for (uint32_t i = 0; i < 4u; i += 1u) {
        bytes[i] = (uint8_t)(value >> (8u * i));
    }
}

static image_file make_image(uint32_t version, iso_hal_flash_area slot) {
    image_file file;
    memset(&file, 0, sizeof file);
    for (uint32_t i = 0; i < PROGRAM_BYTES; i += 1u) {
        /* With a run of erased bytes in it and at its end. */
        file.program[i] =
            i % 1000u > 700u || i + 50u > PROGRAM_BYTES ? 0xFFu : (uint8_t)(i * 7u + version);
    }
    memcpy(file.header, "ISOIMG1", 8u);
    put_u32(file.header + 8u, ISO_IMAGE_PROGRAM_OFFSET);
    put_u32(file.header + 12u, PROGRAM_BYTES);
    put_u32(file.header + 16u, version);
    put_u32(file.header + 28u, iso_hal_flash_address(slot));
    memcpy(file.header + 32u, "model", 5u);
    (void)crypto_hash_sha512(file.header + 64u, file.program, PROGRAM_BYTES);
    (void)crypto_hash_sha512(file.header + 192u, file.header, 192u);
    return file;
}

static void broken(const char *what, uint32_t cut) {
    printf("BROKEN %s, power failed in operation %lu\n", what, (unsigned long)cut);
    exit(1);
}

static uint32_t records_of_a_sector(void) {
    return iso_hal_flash_sector_bytes(ISO_HAL_FLASH_BOOT_STATE) / RECORD_BYTES;
}

#if defined(MODEL_SAVES)
/* A sector of hundreds of records is full once, when the new image has been confirmed: what is lost
 * there is not made up for, so that each of these operations is cut. */
#define RECORDS_LEFT 8u
#define RECORDS_AFTER 10u
#define LAST_OPERATIONS (RECORDS_AFTER * RECORD_BYTES / ISO_HAL_FLASH_WRITE_BYTES + 1u)
#else
#define RECORDS_LEFT 2u
#define RECORDS_AFTER (records_of_a_sector() + 2u)
#define LAST_OPERATIONS 0u
#endif

/* With so many records in the boot state that a sector of it is full in the middle of a story. */
static void factory(void) {
#if defined(MODEL_SAVES)
    static bool is_saved;
    if (is_saved) {
        model_restore();
        model_cut_at(MODEL_NEVER, false);
        return;
    }
    is_saved = true;
#endif
    model_erase_all();
    model_put(ISO_HAL_FLASH_SLOT_A, 0u, old_image.header, sizeof old_image.header);
    model_put(ISO_HAL_FLASH_SLOT_A, ISO_IMAGE_PROGRAM_OFFSET, old_image.program, PROGRAM_BYTES);
    model_cut_at(MODEL_NEVER, false);
    model_start();
    for (uint32_t i = 0; i + RECORDS_LEFT < records_of_a_sector(); i += 1u) {
        iso_boot_state state;
        iso_boot_state_load(&state);
        (void)iso_boot_state_store(&state);
    }
#if defined(MODEL_SAVES)
    model_save();
#endif
}

static void forget_promises(void) {
    activated = false;
    confirmed = false;
}

/* As the boot loader does; the version that starts. */
static uint32_t power_on(uint32_t cut) {
    iso_image chosen;
    model_start();
    const uint8_t slot = iso_boot_choose(&chosen);
    if (slot == ISO_BOOT_NO_SLOT) {
        broken("no image starts", cut);
    }
    const image_file *image = slot == 0u ? &old_image : &new_image;
    image_file lies;
    const iso_hal_flash_area area = (iso_hal_flash_area)slot;
    if (!iso_hal_flash_read(area, 0u, lies.header, sizeof lies.header) ||
        !iso_hal_flash_read(area, ISO_IMAGE_PROGRAM_OFFSET, lies.program, sizeof lies.program) ||
        memcmp(lies.header, image->header, sizeof lies.header) != 0 ||
        memcmp(lies.program, image->program, sizeof lies.program) != 0) {
        broken("an image starts that is not whole", cut);
    }
    if (confirmed && slot == 0u) {
        broken("a confirmed image does not stay", cut);
    }
    iso_update_init(slot);
    if (confirmed && iso_update_on_trial()) {
        broken("a confirmation is forgotten", cut);
    }
    if (activated && slot == 0u) {
        broken("an image that was activated is not tried", cut);
    }
    activated = false;
    return slot == 0u ? OLD_VERSION : NEW_VERSION;
}

static void send_new_image(uint32_t cut) {
    iso_wire_update_held held;
    if (iso_update_begin(new_image.header) != ISO_WIRE_UPDATE_OUTCOME_DONE) {
        broken("an update is refused", cut);
    }
    while (iso_update_step()) {
    }
    iso_update_held(&held);
    resumed += held.held_bytes > 0u ? 1u : 0u;
    while (held.held_bytes < PROGRAM_BYTES) {
        const uint32_t left = PROGRAM_BYTES - held.held_bytes;
        const uint32_t before = held.held_bytes;
        iso_update_data(held.held_bytes, new_image.program + held.held_bytes,
                        left < PART_BYTES ? left : PART_BYTES);
        iso_update_held(&held);
        if (held.held_bytes == before) {
            broken("a part is not taken", cut);
        }
    }
    if (iso_update_check() != ISO_WIRE_UPDATE_OUTCOME_DONE) {
        broken("what was sent is not complete", cut);
    }
    while (iso_update_step()) {
    }
}

/* The host's part: an image that was cut short where the flash does not show it is sent twice. */
static void update(uint32_t cut) {
    send_new_image(cut);
    if (iso_update_check() == ISO_WIRE_UPDATE_OUTCOME_HASH_DIFFERS) {
        send_new_image(cut);
    }
    if (iso_update_activate() != ISO_WIRE_UPDATE_OUTCOME_DONE) {
        broken("what was sent cannot be activated", cut);
    }
    activated = true;
}

/* From a start to the end that a host wants: the new image confirmed, or given up. */
static void whole_story(uint32_t cut) {
    uint32_t version = power_on(cut);
    iso_boot_state state;
    iso_boot_state_load(&state);
    if (version == OLD_VERSION && !state.rolled_back) {
        update(cut);
        version = power_on(cut);
    }
    if (confirms) {
        if (version == OLD_VERSION) {
            /* All its starts were spent on power cuts: once more. */
            update(cut);
            version = power_on(cut);
        }
        if (version != NEW_VERSION || iso_update_confirm(true) != ISO_WIRE_UPDATE_OUTCOME_DONE) {
            broken("the new image is not confirmed", cut);
        }
        confirmed = true;
        /* And on, until the next sector is full too. */
        for (uint32_t i = 0; i < RECORDS_AFTER; i += 1u) {
            iso_boot_state_load(&state);
            (void)iso_boot_state_store(&state);
            (void)power_on(cut);
        }
        return;
    }
    for (uint32_t start = 0; start < STARTS && version == NEW_VERSION; start += 1u) {
        version = power_on(cut);
    }
    if (version != OLD_VERSION) {
        broken("an image that nobody confirms stays", cut);
    }
}

/* The story with the power failing in one operation, and again, in the other way, in another of
 * what follows. */
static void with_power_cuts(uint32_t first, uint32_t second, bool torn) {
    forget_promises();
    factory();
    model_cut_at(first, torn);
    if (setjmp(model_power_failure) == 0) {
        whole_story(first);
        return;
    }
    model_cut_at(second, !torn);
    if (setjmp(model_power_failure) == 0) {
        whole_story(first);
        return;
    }
    model_cut_at(MODEL_NEVER, false);
    whole_story(first);
}

static uint32_t every_operation(bool torn, uint32_t stride) {
    forget_promises();
    factory();
    model_cut_at(MODEL_NEVER, false);
    whole_story(MODEL_NEVER);
    const uint32_t count = model_operations();
    for (uint32_t cut = 0; cut < count; cut += 1u) {
        if (cut % stride == 0u || count - cut <= LAST_OPERATIONS) {
            with_power_cuts(cut, MODEL_NEVER, torn);
        }
    }
    return count;
}

static uint32_t next_random(void) {
    static uint32_t random = 7u;
    random = random * 1664525u + 1013904223u; /* Numerical Recipes, section 7.1 */
    return random >> 8;
}

static void pairs(uint32_t stride, uint32_t operations) {
    for (uint32_t cut = 0; cut < operations; cut += stride) {
        with_power_cuts(cut, next_random() % SOON, true);
        with_power_cuts(cut, next_random() % operations, false);
    }
}

static void expect_slot(uint8_t expected, const char *what) {
    iso_image chosen;
    if (iso_boot_choose(&chosen) != expected) {
        broken(what, MODEL_NEVER);
    }
}

/* What starts when the flash itself has lost an image. */
static void damaged_images(void) {
    static const uint8_t zero[16];
    iso_boot_state state;
    factory();
    model_put(ISO_HAL_FLASH_SLOT_B, 0u, new_image.header, sizeof new_image.header);
    model_put(ISO_HAL_FLASH_SLOT_B, ISO_IMAGE_PROGRAM_OFFSET, new_image.program, PROGRAM_BYTES);
    expect_slot(0u, "the confirmed image is not preferred");
    model_put(ISO_HAL_FLASH_SLOT_A, ISO_IMAGE_PROGRAM_OFFSET, zero, sizeof zero);
    iso_boot_state_load(&state);
    state.oldest_allowed = NEW_VERSION + 1u;
    (void)iso_boot_state_store(&state);
    expect_slot(ISO_BOOT_NO_SLOT, "an image that is too old takes the place of a damaged one");
    state.oldest_allowed = NEW_VERSION;
    (void)iso_boot_state_store(&state);
    expect_slot(1u, "the other image does not take the place of a damaged one");
    model_put(ISO_HAL_FLASH_SLOT_B, ISO_IMAGE_PROGRAM_OFFSET, zero, sizeof zero);
    expect_slot(ISO_BOOT_NO_SLOT, "a damaged image starts");
}

int main(int argument_count, char **arguments) {
    const uint32_t stride = argument_count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 1u;
    const uint32_t pair_stride =
        argument_count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : stride;
    old_image = make_image(OLD_VERSION, ISO_HAL_FLASH_SLOT_A);
    new_image = make_image(NEW_VERSION, ISO_HAL_FLASH_SLOT_B);
    static const char *const stories[] = {"rolled-back", "confirmed"};
    for (uint32_t story = 0; story < 2u; story += 1u) {
        confirms = story == 1u;
        resumed = 0u;
        const uint32_t operations = every_operation(false, stride);
        (void)every_operation(true, stride);
        pairs(pair_stride, operations);
        printf("%s-operations %lu\n", stories[story], (unsigned long)operations);
        printf("%s-resumed %lu\n", stories[story], (unsigned long)resumed);
    }
    forget_promises();
    damaged_images();
    if (model_objection() != NULL) {
        broken(model_objection(), MODEL_NEVER);
    }
    return 0;
}

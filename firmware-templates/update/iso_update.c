#include "iso_update.h"

#include "iso_boot.h"
#include "iso_boot_state.h"
#include "iso_image.h"

#include <string.h>

/* Three parts and their frames lie in the receive ring of a link (1 KB) beside other traffic. */
#define CREDIT_BYTES (3u * ISO_WIRE_UPDATE_DATA_MAX_BYTE_COUNT)
/* A few milliseconds of a slow core: a frame waits no longer. */
#define HASH_STEP_BYTES 4096u
/* A sector is a multiple of it (board.schema.json). A slot is megabytes where it is a file, and
 * each reading a call of the system. */
#define SCAN_BYTES 256u

_Static_assert(ISO_UPDATE_HEADER_BYTES == ISO_IMAGE_HEADER_BYTES, "the wire carries the header");

static struct {
    uint8_t phase; /* ISO_WIRE_UPDATE_PHASE_* */
    uint8_t check_outcome;
    uint8_t header[ISO_IMAGE_HEADER_BYTES];
    iso_image image;
    uint32_t erased_bytes;
    uint32_t held_bytes;       /* of the program, received */
    uint32_t programmed_bytes; /* whole units of them */
    uint8_t unit[ISO_HAL_FLASH_WRITE_BYTES];
    iso_image_hashing hashing;
} update;

/* What runs, and where. */
static uint8_t running_slot;
static iso_image running;
static bool on_trial;

static iso_hal_flash_area free_slot(void) {
    return running_slot == 0u ? ISO_HAL_FLASH_SLOT_B : ISO_HAL_FLASH_SLOT_A;
}

static uint8_t outcome_of(iso_image_judgement judgement) {
    static const uint8_t outcomes[] = {
        [ISO_IMAGE_GOOD] = ISO_WIRE_UPDATE_OUTCOME_DONE,
        [ISO_IMAGE_NOT_ONE] = ISO_WIRE_UPDATE_OUTCOME_NOT_AN_IMAGE,
        [ISO_IMAGE_OTHER_BOARD] = ISO_WIRE_UPDATE_OUTCOME_WRONG_BOARD,
        [ISO_IMAGE_OTHER_SLOT] = ISO_WIRE_UPDATE_OUTCOME_WRONG_SLOT,
        [ISO_IMAGE_TOO_LARGE] = ISO_WIRE_UPDATE_OUTCOME_DOES_NOT_FIT,
        [ISO_IMAGE_BAD_SIGNATURE] = ISO_WIRE_UPDATE_OUTCOME_BAD_SIGNATURE,
        [ISO_IMAGE_HASH_DIFFERS] = ISO_WIRE_UPDATE_OUTCOME_HASH_DIFFERS,
    };
    return outcomes[judgement];
}

static void forget(void) {
    memset(&update, 0, sizeof update);
}

void iso_update_init(uint8_t slot_of_image) {
    forget();
    running_slot = slot_of_image;
    const iso_hal_flash_area slot = (iso_hal_flash_area)running_slot;
    uint8_t header[ISO_IMAGE_HEADER_BYTES];
    running = (iso_image){0};
    if (iso_hal_flash_read(slot, 0u, header, sizeof header)) {
        (void)iso_image_judge_header(header, slot, &running);
    }
    iso_boot_state state;
    iso_boot_state_load(&state);
    on_trial = state.trial == running_slot;
}

bool iso_update_on_trial(void) {
    return on_trial;
}

static bool is_erased(iso_hal_flash_area slot, uint32_t offset) {
    uint8_t bytes[SCAN_BYTES];
    if (!iso_hal_flash_read(slot, offset, bytes, sizeof bytes)) {
        return false;
    }
    for (uint32_t i = 0; i < SCAN_BYTES; i += 1u) {
        if (bytes[i] != 0xFFu) {
            return false;
        }
    }
    return true;
}

/* Behind it all of the slot is erased. */
static uint32_t written_end(iso_hal_flash_area slot) {
    uint32_t end = iso_hal_flash_area_bytes(slot);
    while (end > 0u && is_erased(slot, end - SCAN_BYTES)) {
        end -= SCAN_BYTES;
    }
    return end;
}

static bool holds_header(iso_hal_flash_area slot) {
    uint8_t header[ISO_IMAGE_HEADER_BYTES];
    return iso_hal_flash_read(slot, 0u, header, sizeof header) &&
           memcmp(header, update.header, sizeof header) == 0;
}

/*
 * Goes on with what a former run left of the same image. The sector that it was writing when it
 * ended may hold a unit that was cut short, so it is erased; the one with the header is the first,
 * and without it there is nothing to go on with.
 */
static bool resume(void) {
    const iso_hal_flash_area slot = free_slot();
    const uint32_t sector_bytes = iso_hal_flash_sector_bytes(slot);
    const uint32_t end = written_end(slot);
    if (!holds_header(slot) || end <= sector_bytes || sector_bytes < ISO_IMAGE_PROGRAM_OFFSET) {
        return false;
    }
    const uint32_t sector = (end - 1u) / sector_bytes * sector_bytes;
    if (sector - ISO_IMAGE_PROGRAM_OFFSET > update.image.program_bytes ||
        !iso_hal_flash_erase(slot, sector)) {
        return false;
    }
    update.held_bytes = sector - ISO_IMAGE_PROGRAM_OFFSET;
    update.programmed_bytes = update.held_bytes;
    return true;
}

/* An image that was activated and never started is not to be tried while it is overwritten. */
static bool withdraw_trial(uint8_t slot) {
    iso_boot_state state;
    iso_boot_state_load(&state);
    if (state.trial != slot) {
        return true;
    }
    state.trial = ISO_BOOT_NO_SLOT;
    return iso_boot_state_store(&state);
}

uint8_t iso_update_begin(const uint8_t header[ISO_UPDATE_HEADER_BYTES]) {
    if (on_trial) {
        return ISO_WIRE_UPDATE_OUTCOME_ON_TRIAL;
    }
    if (update.phase != ISO_WIRE_UPDATE_PHASE_IDLE &&
        memcmp(update.header, header, sizeof update.header) == 0) {
        return ISO_WIRE_UPDATE_OUTCOME_DONE;
    }
    const iso_hal_flash_area slot = free_slot();
    iso_image image;
    const iso_image_judgement judgement = iso_image_judge_header(header, slot, &image);
    if (judgement != ISO_IMAGE_GOOD) {
        return outcome_of(judgement);
    }
    iso_boot_state state;
    iso_boot_state_load(&state);
    if (image.version < state.oldest_allowed) {
        return ISO_WIRE_UPDATE_OUTCOME_OLDER_THAN_ALLOWED;
    }
    if (!withdraw_trial((uint8_t)slot)) {
        return ISO_WIRE_UPDATE_OUTCOME_FLASH_FAILED;
    }
    forget();
    memcpy(update.header, header, sizeof update.header);
    update.image = image;
    update.phase = resume() ? ISO_WIRE_UPDATE_PHASE_RECEIVING : ISO_WIRE_UPDATE_PHASE_ERASING;
    return ISO_WIRE_UPDATE_OUTCOME_DONE;
}

static void fail(uint8_t outcome) {
    update.phase = ISO_WIRE_UPDATE_PHASE_IDLE;
    update.check_outcome = outcome;
}

/* From the first sector on: with it the header goes, so that what follows is no image's rest. */
static void erase_step(void) {
    const iso_hal_flash_area slot = free_slot();
    if (!iso_hal_flash_erase(slot, update.erased_bytes)) {
        fail(ISO_WIRE_UPDATE_OUTCOME_FLASH_FAILED);
        return;
    }
    update.erased_bytes += iso_hal_flash_sector_bytes(slot);
    if (update.erased_bytes < iso_hal_flash_area_bytes(slot)) {
        return;
    }
    if (iso_hal_flash_program(slot, 0u, update.header, sizeof update.header)) {
        update.phase = ISO_WIRE_UPDATE_PHASE_RECEIVING;
    } else {
        fail(ISO_WIRE_UPDATE_OUTCOME_FLASH_FAILED);
    }
}

static bool program_unit(void) {
    const uint32_t offset = ISO_IMAGE_PROGRAM_OFFSET + update.programmed_bytes;
    if (!iso_hal_flash_program(free_slot(), offset, update.unit, sizeof update.unit)) {
        fail(ISO_WIRE_UPDATE_OUTCOME_FLASH_FAILED);
        return false;
    }
    update.programmed_bytes += (uint32_t)sizeof update.unit;
    return true;
}

void iso_update_data(uint32_t first_byte, const uint8_t *bytes, size_t count) {
    if (update.phase != ISO_WIRE_UPDATE_PHASE_RECEIVING || first_byte != update.held_bytes ||
        count > update.image.program_bytes - update.held_bytes) {
        return;
    }
    for (size_t i = 0; i < count; i += 1u) {
        const uint32_t place = update.held_bytes - update.programmed_bytes;
        update.unit[place] = bytes[i];
        update.held_bytes += 1u;
        const bool last = update.held_bytes == update.image.program_bytes;
        if (last) {
            memset(update.unit + place + 1u, 0xFF, sizeof update.unit - place - 1u);
        }
        if ((last || place + 1u == sizeof update.unit) && !program_unit()) {
            return;
        }
    }
}

uint8_t iso_update_check(void) {
    switch (update.phase) {
    case ISO_WIRE_UPDATE_PHASE_CHECKING:
    case ISO_WIRE_UPDATE_PHASE_CHECKED:
    case ISO_WIRE_UPDATE_PHASE_ACTIVATED:
        return ISO_WIRE_UPDATE_OUTCOME_DONE;
    case ISO_WIRE_UPDATE_PHASE_RECEIVING:
        if (update.held_bytes == update.image.program_bytes) {
            iso_image_hash_begin(&update.hashing);
            update.phase = ISO_WIRE_UPDATE_PHASE_CHECKING;
            return ISO_WIRE_UPDATE_OUTCOME_DONE;
        }
        return ISO_WIRE_UPDATE_OUTCOME_INCOMPLETE;
    default:
        return update.check_outcome == ISO_WIRE_UPDATE_OUTCOME_DONE
                   ? ISO_WIRE_UPDATE_OUTCOME_INCOMPLETE
                   : update.check_outcome;
    }
}

static void check_step(void) {
    const iso_hal_flash_area slot = free_slot();
    if (!iso_image_hash_step(&update.hashing, slot, &update.image, HASH_STEP_BYTES)) {
        return;
    }
    if (iso_image_hash_holds(&update.hashing, &update.image)) {
        update.phase = ISO_WIRE_UPDATE_PHASE_CHECKED;
        return;
    }
    /* Without its header the next attempt begins anew instead of going on with this. */
    (void)iso_hal_flash_erase(slot, 0u);
    fail(ISO_WIRE_UPDATE_OUTCOME_HASH_DIFFERS);
}

bool iso_update_step(void) {
    switch (update.phase) {
    case ISO_WIRE_UPDATE_PHASE_ERASING:
        erase_step();
        return true;
    case ISO_WIRE_UPDATE_PHASE_CHECKING:
        check_step();
        return true;
    default:
        return false;
    }
}

uint8_t iso_update_activate(void) {
    if (update.phase == ISO_WIRE_UPDATE_PHASE_ACTIVATED) {
        return ISO_WIRE_UPDATE_OUTCOME_DONE;
    }
    if (update.phase != ISO_WIRE_UPDATE_PHASE_CHECKED) {
        return ISO_WIRE_UPDATE_OUTCOME_NOT_CHECKED;
    }
    iso_boot_state state;
    iso_boot_state_load(&state);
    state.confirmed = running_slot;
    state.trial = (uint8_t)free_slot();
    state.attempts_left = ISO_BOOT_ATTEMPTS;
    state.rolled_back = false;
    if (!iso_boot_state_store(&state)) {
        return ISO_WIRE_UPDATE_OUTCOME_FLASH_FAILED;
    }
    update.phase = ISO_WIRE_UPDATE_PHASE_ACTIVATED;
    return ISO_WIRE_UPDATE_OUTCOME_DONE;
}

/* The trial of the image that runs is over. */
static uint8_t end_trial(const iso_boot_state *after) {
    iso_boot_state state = *after;
    state.trial = ISO_BOOT_NO_SLOT;
    if (!iso_boot_state_store(&state)) {
        return ISO_WIRE_UPDATE_OUTCOME_FLASH_FAILED;
    }
    on_trial = false;
    return ISO_WIRE_UPDATE_OUTCOME_DONE;
}

uint8_t iso_update_confirm(bool self_test_passed) {
    if (!on_trial) {
        return ISO_WIRE_UPDATE_OUTCOME_DONE;
    }
    if (!self_test_passed) {
        return ISO_WIRE_UPDATE_OUTCOME_SELF_TEST_FAILED;
    }
    iso_boot_state state;
    iso_boot_state_load(&state);
    state.confirmed = running_slot;
    if (running.oldest_allowed > state.oldest_allowed) {
        state.oldest_allowed = running.oldest_allowed;
    }
    return end_trial(&state);
}

uint8_t iso_update_give_up(void) {
    if (!on_trial) {
        return ISO_WIRE_UPDATE_OUTCOME_DONE;
    }
    iso_boot_state state;
    iso_boot_state_load(&state);
    state.rolled_back = true;
    return end_trial(&state);
}

void iso_update_held(iso_wire_update_held *out) {
    const uint32_t left = update.image.program_bytes - update.held_bytes;
    const uint32_t more = left < CREDIT_BYTES ? left : CREDIT_BYTES;
    out->held_bytes = update.held_bytes;
    out->credit_bytes =
        update.phase == ISO_WIRE_UPDATE_PHASE_RECEIVING ? update.held_bytes + more : 0u;
}

void iso_update_describe(iso_wire_update_state *out) {
    const iso_hal_flash_area slot = free_slot();
    const bool erasing = update.phase == ISO_WIRE_UPDATE_PHASE_ERASING;
    iso_boot_state state;
    iso_boot_state_load(&state);
    iso_wire_update_held held;
    iso_update_held(&held);
    out->phase = update.phase;
    out->running_slot = running_slot;
    out->on_trial = on_trial ? 1u : 0u;
    out->attempts_left = on_trial ? state.attempts_left : 0u;
    out->rolled_back = state.rolled_back ? 1u : 0u;
    out->version = running.version;
    out->oldest_allowed = state.oldest_allowed;
    out->free_slot_address = iso_hal_flash_address(slot);
    out->free_slot_bytes = iso_hal_flash_area_bytes(slot);
    out->work_done = erasing ? update.erased_bytes : update.hashing.bytes;
    out->work_bytes = erasing ? out->free_slot_bytes : update.image.program_bytes;
    out->held_bytes = held.held_bytes;
    out->credit_bytes = held.credit_bytes;
}

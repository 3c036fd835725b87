#include "iso_boot.h"

#include "iso_boot_state.h"

_Static_assert(ISO_HAL_FLASH_SLOT_A == 0 && ISO_HAL_FLASH_SLOT_B == 1,
               "a slot's number is its area");

static bool is_good(uint8_t slot, uint32_t oldest_allowed, iso_image *out) {
    return iso_image_judge((iso_hal_flash_area)slot, out) == ISO_IMAGE_GOOD &&
           out->version >= oldest_allowed;
}

/* A start that could not be counted is not made: it might be the last of endlessly many. */
static bool start_trial(iso_boot_state *state, iso_image *out) {
    if (state->attempts_left > 0u) {
        state->attempts_left = (uint8_t)(state->attempts_left - 1u);
        if (iso_boot_state_store(state) && is_good(state->trial, state->oldest_allowed, out)) {
            return true;
        }
    }
    state->trial = ISO_BOOT_NO_SLOT;
    state->rolled_back = true;
    (void)iso_boot_state_store(state);
    return false;
}

uint8_t iso_boot_choose(iso_image *out) {
    iso_boot_state state;
    iso_boot_state_load(&state);
    const uint8_t trial = state.trial;
    if (trial != ISO_BOOT_NO_SLOT && start_trial(&state, out)) {
        return trial;
    }
    /* What was confirmed once is started whatever its version. */
    if (is_good(state.confirmed, 0u, out)) {
        return state.confirmed;
    }
    const uint8_t other = (uint8_t)(1u - state.confirmed);
    if (!is_good(other, state.oldest_allowed, out)) {
        return ISO_BOOT_NO_SLOT;
    }
    state.confirmed = other;
    (void)iso_boot_state_store(&state);
    return other;
}

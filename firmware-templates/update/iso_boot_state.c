#include "iso_boot_state.h"

#include "iso_flash_log.h"

static const iso_flash_log boot_log = {.area = ISO_HAL_FLASH_BOOT_STATE,
                                       .mark = 0x31425349u}; /* "ISB1" */

/* Words: oldest allowed version, slots and flags; three unused. */
static bool decode(const uint32_t words[ISO_FLASH_LOG_WORDS], iso_boot_state *out) {
    *out = (iso_boot_state){.oldest_allowed = words[0],
                            .confirmed = (uint8_t)words[1],
                            .trial = (uint8_t)(words[1] >> 8),
                            .attempts_left = (uint8_t)(words[1] >> 16),
                            .rolled_back = (words[1] >> 24) != 0u};
    return out->confirmed <= 1u && (out->trial <= 1u || out->trial == ISO_BOOT_NO_SLOT);
}

void iso_boot_state_load(iso_boot_state *out) {
    uint32_t words[ISO_FLASH_LOG_WORDS];
    if (iso_flash_log_load(&boot_log, words) != ISO_FLASH_LOG_WHOLE || !decode(words, out)) {
        *out = (iso_boot_state){.trial = ISO_BOOT_NO_SLOT};
    }
}

bool iso_boot_state_store(const iso_boot_state *state) {
    const uint32_t words[ISO_FLASH_LOG_WORDS] = {
        state->oldest_allowed, (uint32_t)state->confirmed | (uint32_t)state->trial << 8 |
                                   (uint32_t)state->attempts_left << 16 |
                                   (state->rolled_back ? 1u : 0u) << 24};
    return iso_flash_log_store(&boot_log, words);
}

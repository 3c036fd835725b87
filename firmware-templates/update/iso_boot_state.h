#ifndef ISO_BOOT_STATE_H
#define ISO_BOOT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_hal_flash.h"

/*
 * Which slot runs: a log (iso_flash_log.h) in the boot state's area.
 */

#define ISO_BOOT_NO_SLOT 255u

typedef struct {
    uint32_t oldest_allowed; /* version below which no image is taken */
    uint8_t confirmed;       /* the slot that has proven itself: 0 or 1 */
    uint8_t trial;           /* the slot that has yet to, or ISO_BOOT_NO_SLOT */
    uint8_t attempts_left;   /* starts that the trial still has */
    bool rolled_back;        /* the last trial was given up */
} iso_boot_state;

/* What counts now; a device that was never updated has slot A confirmed. */
void iso_boot_state_load(iso_boot_state *out);
/* False when the flash did not keep it. */
bool iso_boot_state_store(const iso_boot_state *state);

#endif

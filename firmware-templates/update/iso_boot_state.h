#ifndef ISO_BOOT_STATE_H
#define ISO_BOOT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_hal_flash.h"

/*
 * Which slot runs. Each change is one more record in the boot state's area, the newest whole one
 * counts: a power cut in the middle of writing leaves the record before. A full sector is followed
 * by the next, which is erased only then, while the newest record lies elsewhere.
 */

#define ISO_BOOT_NO_SLOT 255u

typedef struct {
    uint32_t sequence;       /* of the record; 0: nothing has ever been written */
    uint32_t oldest_allowed; /* version below which no image is taken */
    uint8_t confirmed;       /* the slot that has proven itself: 0 or 1 */
    uint8_t trial;           /* the slot that has yet to, or ISO_BOOT_NO_SLOT */
    uint8_t attempts_left;   /* starts that the trial still has */
    bool rolled_back;        /* the last trial was given up */
} iso_boot_state;

/* What counts now; a device that was never updated has slot A confirmed. */
void iso_boot_state_load(iso_boot_state *out);
/* Adds a record and gives it its sequence; false when the flash did not keep it. */
bool iso_boot_state_store(iso_boot_state *state);

#endif

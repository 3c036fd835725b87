#ifndef ISO_FLASH_LOG_H
#define ISO_FLASH_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_hal_flash.h"

/*
 * A few words that outlive resets and power cuts: each change is one more record of 32 bytes in an
 * area of its own, the newest whole one counts. A full sector is followed by the next, which is
 * erased only then, while the newest record lies elsewhere: a cut in the middle of anything leaves
 * the record before, and most changes erase nothing.
 */

#define ISO_FLASH_LOG_WORDS 5u

typedef struct {
    iso_hal_flash_area area;
    uint32_t mark; /* first word of its records */
} iso_flash_log;

typedef enum {
    ISO_FLASH_LOG_NOTHING = 0, /* never written, or no flash for it */
    ISO_FLASH_LOG_WHOLE = 1,
    ISO_FLASH_LOG_DAMAGED = 2 /* written once, and no record is whole */
} iso_flash_log_state;

/* The newest words; left alone where there are none. */
iso_flash_log_state iso_flash_log_load(const iso_flash_log *log,
                                       uint32_t words[ISO_FLASH_LOG_WORDS]);
/* False when the flash did not keep them. Where it erases a sector, that takes its time. */
bool iso_flash_log_store(const iso_flash_log *log, const uint32_t words[ISO_FLASH_LOG_WORDS]);

#endif

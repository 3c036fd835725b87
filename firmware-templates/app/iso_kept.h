#ifndef ISO_KEPT_H
#define ISO_KEPT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A few words that outlive a reset, in flash: two copies in two sectors, of which the newer whole
 * one counts. The older is erased and written, so a power cut at any byte leaves one of them. A
 * board without flash areas keeps nothing.
 */

#define ISO_KEPT_WORDS 5u

typedef enum {
    ISO_KEPT_NOTHING = 0, /* never written, or no flash for it */
    ISO_KEPT_WHOLE = 1,
    ISO_KEPT_DAMAGED = 2 /* written once, and no copy is whole */
} iso_kept_state;

iso_kept_state iso_kept_load(uint32_t words[ISO_KEPT_WORDS]);
/* False when the flash did not keep it. Erases a sector: acquisition waits where flash is of one
 * piece. */
bool iso_kept_store(const uint32_t words[ISO_KEPT_WORDS]);

#endif

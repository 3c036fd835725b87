#ifndef ISO_MARCH_H
#define ISO_MARCH_H

#include <stdint.h>

/*
 * March C- over words of memory (van de Goor, "Testing Semiconductor Memories", 1991): up write 0,
 * up read 0 write 1, up read 1 write 0, down read 0 write 1, down read 1 write 0, read 0. It finds
 * cells that are stuck or do not change, addresses that reach another cell or none, and cells that
 * change with another one of another word.
 */

/* Gives the first word that does not hold what was written, or end. What was there is lost; zeros
 * are left. Uses no memory but its stack. */
volatile uint32_t *iso_march(volatile uint32_t *begin, volatile uint32_t *end);

#endif

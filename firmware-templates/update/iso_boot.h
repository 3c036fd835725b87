#ifndef ISO_BOOT_H
#define ISO_BOOT_H

#include <stdint.h>

#include "iso_image.h"

/* Starts that a new image has to be confirmed in, whatever ended them: a fault, the watchdog, the
 * power. */
#define ISO_BOOT_ATTEMPTS 3u

/*
 * The slot to start, judged whole: the trial while it has starts left, else the one that is
 * confirmed, else the other if it is good and not too old. ISO_BOOT_NO_SLOT when neither is an
 * image. Counts a start of the trial before it gives it. *out is the image in the slot.
 */
uint8_t iso_boot_choose(iso_image *out);

#endif

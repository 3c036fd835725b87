#ifndef ISO_UPDATE_H
#define ISO_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso_wire.h"

/*
 * Receives an image into the slot that does not run, and says which one starts next. Everything
 * that must outlive a reset is in flash: an update that was cut off goes on where the flash says it
 * stood. Outcomes are ISO_WIRE_UPDATE_OUTCOME_*. An image that starts by itself, without a boot
 * loader, has none/ in the place of iso_update.c.
 */

#define ISO_UPDATE_HEADER_BYTES (sizeof((iso_wire_update_begin *)0)->header)

/* The slot that this image was linked for: 0 or 1; 255 for one that starts by itself. */
extern const uint8_t iso_update_running_slot;

/* Once after the start, before anything else. */
void iso_update_init(uint8_t running_slot);
/* Whether the image that runs has yet to be confirmed. */
bool iso_update_on_trial(void);
uint8_t iso_update_begin(const uint8_t header[ISO_UPDATE_HEADER_BYTES]);
/* A part that follows what is held; any other is left out. */
void iso_update_data(uint32_t first_byte, const uint8_t *bytes, size_t count);
/* Begins to check what is held; iso_update_step does the work. */
uint8_t iso_update_check(void);
/* The checked image is tried at the next start. */
uint8_t iso_update_activate(void);
/* Keeps the image that runs. */
uint8_t iso_update_confirm(bool self_test_passed);
/* The image before this one returns at the next start. */
uint8_t iso_update_give_up(void);
/* A part of erasing or checking; false when there is none to do. */
bool iso_update_step(void);
void iso_update_held(iso_wire_update_held *out);
/* What is of the update: all but request_id, outcome, boot_id and build_id. */
void iso_update_describe(iso_wire_update_state *out);

#endif

#include "iso_boot.h"
#include "iso_boot_state.h"
#include "iso_hal.h"
#include "iso_hal_boot.h"

/*
 * The boot loader: judges, counts, starts. It receives nothing: a new image comes through the
 * application that runs (app/iso_app_update.c), which leaves the slot that it does not run from to
 * it.
 */

/* It has none: images are told apart by theirs, and it is no image of a slot. */
const uint32_t iso_build_id = 0u;

int main(void) {
    iso_hal_hurry();
    iso_image image;
    const uint8_t slot = iso_boot_choose(&image);
    if (slot == ISO_BOOT_NO_SLOT) {
        iso_hal_halt();
    }
    iso_hal_start_image((iso_hal_flash_area)slot, ISO_IMAGE_PROGRAM_OFFSET, image.program_bytes);
}

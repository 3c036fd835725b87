#include "iso_hal.h"

#include <string.h>

/* Says what the hardware complains of and how many ticks ten sleeps took, then sends back what
 * comes. */

const uint32_t iso_build_id = 1u;

static void say(const void *bytes, size_t count) {
    (void)iso_hal_write(ISO_HAL_PORT_LINK, bytes, count);
}

int main(void) {
    iso_hal_init();
    const uint32_t start = iso_hal_ticks();
    for (int i = 0; i < 10; i += 1) {
        iso_hal_wait();
    }
    const uint32_t ticks = iso_hal_ticks() - start;
    if (iso_hal_complaint() != NULL) {
        say(iso_hal_complaint(), strlen(iso_hal_complaint()));
    }
    char text[10] = "\n00000000\n";
    for (uint32_t i = 0; i < 8u; i += 1u) {
        text[1u + i] = "0123456789abcdef"[ticks >> (28u - 4u * i) & 15u];
    }
    say(text, sizeof text);
    for (;;) {
        uint8_t bytes[32];
        const size_t count = iso_hal_read(ISO_HAL_PORT_LINK, bytes, sizeof bytes);
        if (count > 0u) {
            say(bytes, count);
        } else {
            iso_hal_wait();
        }
    }
}

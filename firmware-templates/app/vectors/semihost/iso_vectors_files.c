#include "iso_vectors_files.h"

#include "iso_hal.h"
#include "iso_hal_semihost.h"

#include <string.h>

/* Through semihosting. The command line is "isochrone vectors=PATH results=PATH". */

#define COMMAND_LINE_BYTES 1024u

static int32_t vectors = -1;
static int32_t results = -1;

iso_vectors_status iso_vectors_open(int argument_count, char **arguments) {
    static char command_line[COMMAND_LINE_BYTES];
    (void)argument_count;
    (void)arguments;
    iso_hal_init();
    if (!iso_semihost_command_line(command_line, COMMAND_LINE_BYTES)) {
        return ISO_VECTORS_BAD_COMMAND;
    }
    char *from = strstr(command_line, " vectors=");
    char *to = strstr(command_line, " results=");
    if (from == NULL || to == NULL || to < from) {
        return ISO_VECTORS_BAD_COMMAND;
    }
    *to = '\0';
    vectors = iso_semihost_open_read(from + strlen(" vectors="));
    if (vectors < 0) {
        return ISO_VECTORS_CANNOT_OPEN;
    }
    results = iso_semihost_open_write(to + strlen(" results="));
    return results < 0 ? ISO_VECTORS_CANNOT_WRITE : ISO_VECTORS_OK;
}

bool iso_vectors_read(void *bytes, size_t count) {
    return iso_semihost_read(vectors, bytes, count) == count;
}

bool iso_vectors_write(const void *bytes, size_t count) {
    return iso_semihost_write(results, bytes, count);
}

int iso_vectors_leave(iso_vectors_status status) {
    if (results >= 0 && !iso_semihost_close(results) && status == ISO_VECTORS_OK) {
        status = ISO_VECTORS_CANNOT_WRITE;
    }
    iso_semihost_exit((uint32_t)status);
    return (int)status;
}

uint32_t iso_vectors_ticks(void) {
    return iso_hal_ticks();
}

uint32_t iso_vectors_ticks_per_second(void) {
    return iso_hal_ticks_per_second;
}

uint32_t iso_vectors_stack_high_water(void) {
    return (uint32_t)iso_hal_stack_high_water();
}

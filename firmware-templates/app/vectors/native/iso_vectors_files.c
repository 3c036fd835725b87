#include "iso_vectors_files.h"

#include <stdio.h>
#include <time.h>

/* On an operating system: program VECTORS RESULTS. */

static FILE *vectors;
static FILE *results;

iso_vectors_status iso_vectors_open(int argument_count, char **arguments) {
    if (argument_count != 3) {
        return ISO_VECTORS_BAD_COMMAND;
    }
    vectors = fopen(arguments[1], "rb");
    if (vectors == NULL) {
        return ISO_VECTORS_CANNOT_OPEN;
    }
    results = fopen(arguments[2], "wb");
    return results == NULL ? ISO_VECTORS_CANNOT_WRITE : ISO_VECTORS_OK;
}

bool iso_vectors_read(void *bytes, size_t count) {
    return fread(bytes, 1, count, vectors) == count;
}

bool iso_vectors_write(const void *bytes, size_t count) {
    return fwrite(bytes, 1, count, results) == count;
}

int iso_vectors_leave(iso_vectors_status status) {
    if (vectors != NULL) {
        (void)fclose(vectors);
    }
    if (results != NULL && fclose(results) != 0 && status == ISO_VECTORS_OK) {
        status = ISO_VECTORS_CANNOT_WRITE;
    }
    return (int)status;
}

/* Processor time: enough for a rough comparison, not a measurement. */
uint32_t iso_vectors_ticks(void) {
    return (uint32_t)clock();
}

uint32_t iso_vectors_ticks_per_second(void) {
    return (uint32_t)CLOCKS_PER_SEC;
}

uint32_t iso_vectors_stack_high_water(void) {
    return 0u; /* not painted here */
}

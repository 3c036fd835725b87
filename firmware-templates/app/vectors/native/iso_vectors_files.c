#include "iso_vectors_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/*
 * On an operating system: program VECTORS RESULTS [COUNTER]. COUNTER is a file in which an emulator
 * counts instructions (host/toolchain/native/instruction_counter.c).
 */

static FILE *vectors;
static FILE *results;
static const volatile uint64_t *counter;

/* A tick is 64 ns on the boards' emulators when they count instructions; here it is as long. */
#define COUNTER_TICKS_PER_SECOND 15625000u

static bool map_counter(const char *path) {
    const int file = open(path, O_RDONLY);
    if (file < 0) {
        return false;
    }
    void *mapped = mmap(NULL, sizeof *counter, PROT_READ, MAP_SHARED, file, 0);
    (void)close(file);
    if (mapped == MAP_FAILED) {
        return false;
    }
    counter = mapped;
    return true;
}

iso_vectors_status iso_vectors_open(int argument_count, char **arguments) {
    if (argument_count != 3 && argument_count != 4) {
        return ISO_VECTORS_BAD_COMMAND;
    }
    if (argument_count == 4 && !map_counter(arguments[3])) {
        return ISO_VECTORS_CANNOT_OPEN;
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

/* Instructions, or processor time: enough for a rough comparison, not a measurement. */
uint32_t iso_vectors_ticks(void) {
    return counter == NULL ? (uint32_t)clock() : (uint32_t)*counter;
}

uint32_t iso_vectors_ticks_per_second(void) {
    return counter == NULL ? (uint32_t)CLOCKS_PER_SEC : COUNTER_TICKS_PER_SECOND;
}

uint32_t iso_vectors_stack_high_water(void) {
    return 0u; /* not painted here */
}

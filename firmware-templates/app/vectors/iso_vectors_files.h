#ifndef ISO_VECTORS_FILES_H
#define ISO_VECTORS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the vectors program lives: an emulated board or an operating system. */

typedef enum {
    ISO_VECTORS_OK = 0,
    ISO_VECTORS_BAD_COMMAND = 2,
    ISO_VECTORS_CANNOT_OPEN = 3,
    ISO_VECTORS_BAD_FILE = 4, /* not a vectors file, or for another network */
    ISO_VECTORS_TRUNCATED = 5,
    ISO_VECTORS_CANNOT_WRITE = 6
} iso_vectors_status;

/* Opens both files named on the command line: vectors, results. */
iso_vectors_status iso_vectors_open(int argument_count, char **arguments);
/* Exactly count bytes, or false. */
bool iso_vectors_read(void *bytes, size_t count);
bool iso_vectors_write(const void *bytes, size_t count);
/* Closes the results and leaves with the status. */
int iso_vectors_leave(iso_vectors_status status);

uint32_t iso_vectors_ticks(void);
uint32_t iso_vectors_ticks_per_second(void);
uint32_t iso_vectors_stack_high_water(void);

#endif

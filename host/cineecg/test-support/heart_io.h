/* Where the harness gets its cases from and puts its results: standard streams on the host,
 * semihosting files on a core. */
#ifndef HEART_IO_H
#define HEART_IO_H

#include <stdbool.h>
#include <stddef.h>

/* False at the end. */
bool heart_io_get(void *to, size_t bytes);
void heart_io_put(const void *from, size_t bytes);

#endif

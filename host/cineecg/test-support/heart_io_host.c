#include "heart_io.h"

#include <stdio.h>

bool heart_io_get(void *to, size_t bytes) {
    return fread(to, 1, bytes, stdin) == bytes;
}

void heart_io_put(const void *from, size_t bytes) {
    fwrite(from, 1, bytes, stdout);
}

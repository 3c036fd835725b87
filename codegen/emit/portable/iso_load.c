#include "iso_kernel.h"

/* A constant where signals are expected. */
static void iso_load(const int8_t *constant, int8_t *y, size_t elements) {
    memcpy(y, constant, elements);
}

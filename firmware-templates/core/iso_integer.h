#ifndef ISO_INTEGER_H
#define ISO_INTEGER_H

#include <stdint.h>

/* Rounded downwards. */
static inline uint32_t iso_square_root(uint64_t value) {
    uint64_t root = 0;

    for (uint64_t bit = (uint64_t)1 << 31; bit > 0; bit >>= 1) {
        if ((root + bit) * (root + bit) <= value) {
            root += bit;
        }
    }
    return (uint32_t)root;
}

#endif

#ifndef ISO_INVERSE_ROOT_H
#define ISO_INVERSE_ROOT_H

#include "iso_kernel.h"

/* 1 / sqrt(v) as a multiplier of at most 30 bits; *shift goes down by one for each factor of four
 * that brings v to 60 bits. v is at least 1. */
static int32_t iso_inverse_root(uint64_t v, uint32_t *shift) {
    *shift = 36U;
    while (v < (uint64_t)1 << 60) {
        v <<= 2;
        *shift -= 1U;
    }
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 30; bit > 0U; bit >>= 1) {
        const uint64_t candidate = root | bit;
        if (candidate * candidate <= v) {
            root = candidate;
        }
    }
    return (int32_t)(((uint64_t)1 << 60) / root);
}

/* 1 / sqrt of n^2 times the variance of n codes and epsilon (8 fraction bits), and their sum. */
static int32_t iso_inverse_deviation(const int8_t *x, int32_t channels, int64_t epsilon,
                                     int32_t *sum, uint32_t *shift) {
    int32_t total = 0, squares = 0;
    for (int32_t c = 0; c < channels; c++) {
        total += x[c];
        squares += x[c] * x[c];
    }
    const int64_t spread = (int64_t)channels * squares - (int64_t)total * total;
    *sum = total;
    return iso_inverse_root((uint64_t)(spread * 256 + epsilon), shift);
}

#endif

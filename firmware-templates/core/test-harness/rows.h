#ifndef ROWS_H
#define ROWS_H

/*
 * What the drivers of single stages have in common: rows of ten little-endian int32 words on
 * standard input and output, {kind, first, eight values}. What a kind means is the driver's.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define ROW_WORDS 10

typedef struct {
    int32_t kind;
    int32_t first;
    int32_t values[8];
} row;

static inline bool read_row(row *in) {
    return fread(in, sizeof(int32_t), ROW_WORDS, stdin) == ROW_WORDS;
}

static inline void print_row(const row *out) {
    fwrite(out, sizeof(int32_t), ROW_WORDS, stdout);
}

#endif

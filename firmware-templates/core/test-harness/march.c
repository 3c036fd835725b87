/*
 * Drives iso_march on a memory with one fault.
 *
 * In:  fault word [bit, other word]   the fault, FAULT_* below
 * Out: found 0…                       1: it was found; of FAULT_NONE 1 would be a false alarm
 */
#include <stddef.h>
#include <stdint.h>

#define WORDS 64u

static uint32_t model_read(size_t word);
static void model_write(size_t word, uint32_t value);

static volatile uint32_t memory[WORDS];
#define ISO_MARCH_READ(word) model_read((size_t)((word)-memory))
#define ISO_MARCH_WRITE(word, value) model_write((size_t)((word)-memory), (value))
#include "../iso_march.c"

#include "rows.h"

enum {
    FAULT_NONE = 0,
    FAULT_STUCK_AT_0 = 1,
    FAULT_STUCK_AT_1 = 2,
    FAULT_NO_RISE = 3,
    FAULT_NO_FALL = 4,
    FAULT_FLIPS_WITH_RISE = 5, /* the same bit of the other word, when this one rises */
    FAULT_FLIPS_WITH_FALL = 6,
    FAULT_REACHES_OTHER = 7, /* this address reaches the other word alone */
    FAULT_REACHES_BOTH = 8,
    FAULT_REACHES_NONE = 9
};

static struct {
    int kind;
    size_t word;
    size_t other;
    uint32_t bit;
} fault;

/* What the lines of a word that nothing drives hold: what was last on them. */
static uint32_t last_on_lines;

static uint32_t model_read(size_t word) {
    if (word == fault.word && fault.kind == FAULT_REACHES_OTHER) {
        word = fault.other;
    }
    if (word != fault.word || fault.kind != FAULT_REACHES_NONE) {
        last_on_lines = memory[word];
        if (word == fault.word && fault.kind == FAULT_STUCK_AT_0) {
            last_on_lines &= ~fault.bit;
        } else if (word == fault.word && fault.kind == FAULT_STUCK_AT_1) {
            last_on_lines |= fault.bit;
        }
    }
    return last_on_lines;
}

static void model_write(size_t word, uint32_t value) {
    last_on_lines = value;
    if (word != fault.word) {
        memory[word] = value;
        return;
    }
    const uint32_t before = memory[word];
    const bool rises = (~before & value & fault.bit) != 0u;
    const bool falls = (before & ~value & fault.bit) != 0u;
    if (fault.kind == FAULT_REACHES_OTHER || fault.kind == FAULT_REACHES_BOTH) {
        memory[fault.other] = value;
    }
    if (fault.kind == FAULT_REACHES_OTHER || fault.kind == FAULT_REACHES_NONE) {
        return;
    }
    if ((fault.kind == FAULT_FLIPS_WITH_RISE && rises) ||
        (fault.kind == FAULT_FLIPS_WITH_FALL && falls)) {
        memory[fault.other] ^= fault.bit;
    }
    memory[word] = value;
    if (fault.kind == FAULT_NO_RISE && rises) {
        memory[word] &= ~fault.bit;
    } else if (fault.kind == FAULT_NO_FALL && falls) {
        memory[word] |= fault.bit;
    }
}

int main(void) {
    row in;
    while (read_row(&in)) {
        fault.kind = (int)in.kind;
        fault.word = (size_t)in.first;
        fault.bit = 1u << (unsigned)in.values[0];
        fault.other = (size_t)in.values[1];
        /* What a memory wakes up with is anything. */
        for (size_t word = 0; word < WORDS; word += 1) {
            memory[word] = (uint32_t)word * 2654435761u;
        }
        const row out = {iso_march(memory, memory + WORDS) != memory + WORDS, 0, {0}};
        print_row(&out);
    }
    return 0;
}

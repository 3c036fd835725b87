/*
 * QEMU plugin: how often each basic block of the guest executes, and how often it ends in a jump,
 * between marks. Exact: a block is counted as it begins, and its end is judged by where execution
 * goes on. Arguments: marks=FILE, counts=FILE.
 *
 * Marks, one a line, hexadecimal: "begin ADDRESS" (what was counted so far is dropped),
 * "end ADDRESS" (it is written); both before the block at that address. They must be where blocks
 * begin: at a function, or where a call returns to. For cores that execute Thumb.
 *
 * Counts, for each end that was met: "end ADDRESS", then "block FIRST BEHIND EXECUTIONS JUMPS" of
 * every block that was executed; addresses hexadecimal, BEHIND is that of the byte after its last.
 */
#include "qemu_plugin_api.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int qemu_plugin_version = 1;

enum mark { MARK_NONE, MARK_BEGIN, MARK_END };

struct mark_at {
    uint64_t address;
    enum mark mark;
};

struct block {
    uint64_t first;
    uint64_t behind;
    enum mark mark;
    uint64_t executions;
    uint64_t jumps;
    struct block *next;
};

static FILE *counts;
static struct mark_at *marks;
static size_t mark_count;
static struct block *blocks;
static struct block *previous;

static enum mark mark_of(uint64_t address) {
    for (size_t i = 0; i < mark_count; i++) {
        if (marks[i].address == address) {
            return marks[i].mark;
        }
    }
    return MARK_NONE;
}

static void forget(void) {
    for (struct block *block = blocks; block != NULL; block = block->next) {
        block->executions = 0;
        block->jumps = 0;
    }
}

static void write_counts(uint64_t mark) {
    (void)fprintf(counts, "end %" PRIx64 "\n", mark);
    for (const struct block *block = blocks; block != NULL; block = block->next) {
        if (block->executions > 0) {
            (void)fprintf(counts, "block %" PRIx64 " %" PRIx64 " %" PRIu64 " %" PRIu64 "\n",
                          block->first, block->behind, block->executions, block->jumps);
        }
    }
}

static void executed(unsigned int processor, void *data) {
    (void)processor;
    struct block *block = data;
    if (previous != NULL && previous->behind != block->first) {
        previous->jumps++;
    }
    if (block->mark == MARK_END) {
        write_counts(block->first);
    }
    if (block->mark != MARK_NONE) {
        forget();
    }
    block->executions++;
    previous = block;
}

/*
 * QEMU's own size of a block's last instruction can be two too many: where the next one would leave
 * the page, the translator has looked at it already. An instruction is 32 bits wide when its first
 * halfword begins with 0b11101, 0b1111 (Armv7-M Architecture Reference Manual, A5.1).
 */
static uint64_t thumb_bytes(const struct qemu_plugin_insn *instruction) {
    const uint8_t *bytes = qemu_plugin_insn_data(instruction);
    return bytes[1] >= 0xe8 ? 4 : 2;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *translation) {
    (void)id;
    /* A block that is translated again is another record of the same addresses; the reader adds. */
    struct block *block = calloc(1, sizeof *block);
    if (block == NULL) {
        abort();
    }
    const struct qemu_plugin_insn *last =
        qemu_plugin_tb_get_insn(translation, qemu_plugin_tb_n_insns(translation) - 1);
    block->first = qemu_plugin_tb_vaddr(translation);
    block->behind = qemu_plugin_insn_vaddr(last) + thumb_bytes(last);
    block->mark = mark_of(block->first);
    block->next = blocks;
    blocks = block;
    qemu_plugin_register_vcpu_tb_exec_cb(translation, executed, QEMU_PLUGIN_CB_NO_REGS, block);
}

static bool read_marks(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    char kind[8];
    uint64_t address;
    int fields;
    while ((fields = fscanf(file, "%7s %" SCNx64, kind, &address)) == 2) {
        struct mark_at *more = realloc(marks, (mark_count + 1) * sizeof *marks);
        if (more == NULL) {
            break;
        }
        marks = more;
        marks[mark_count].address = address;
        marks[mark_count].mark = strcmp(kind, "begin") == 0 ? MARK_BEGIN : MARK_END;
        mark_count++;
    }
    (void)fclose(file);
    return fields == EOF;
}

static void ended(qemu_plugin_id_t id, void *data) {
    (void)id;
    (void)data;
    (void)fclose(counts);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int count,
                        char **arguments) {
    static const char marks_key[] = "marks=";
    static const char counts_key[] = "counts=";
    (void)info;
    if (count != 2 || strncmp(arguments[0], marks_key, sizeof marks_key - 1) != 0 ||
        strncmp(arguments[1], counts_key, sizeof counts_key - 1) != 0 ||
        !read_marks(arguments[0] + sizeof marks_key - 1)) {
        return 1;
    }
    counts = fopen(arguments[1] + sizeof counts_key - 1, "w");
    if (counts == NULL) {
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}

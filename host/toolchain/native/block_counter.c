/*
 * QEMU plugin: how often each basic block of the guest executes, and how often it ends in a jump,
 * between marks. Exact: a block is counted as it begins, and its end is judged by where execution
 * goes on. Arguments: marks=FILE, counts=FILE.
 *
 * Marks, one a line, hexadecimal: "begin ADDRESS" (what was counted so far is dropped),
 * "end ADDRESS" (it is written); both before the block at that address. They must be where blocks
 * begin: at a function, or where a call returns to. For cores that execute Thumb.
 *
 * With flash=FIRST-BEHIND (hexadecimal), line=BYTES, fetch=SETSxWAYS and data=SETSxWAYS it also
 * follows a cache of instructions and one of data in front of the flash: the blocks that a jump
 * reached and that were not there, and the loads that missed.
 *
 * Counts, for each end that was met: "end ADDRESS", then "block FIRST BEHIND EXECUTIONS JUMPS
 * MISSES" of every block that was executed, and "load ADDRESS MISSES" of every instruction that
 * missed; addresses hexadecimal, BEHIND is that of the byte after a block's last.
 */
#include "line_cache.h"
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
    uint64_t misses;
    struct block *next;
};

struct load {
    uint64_t address;
    uint64_t misses;
    struct load *next;
};

static FILE *counts;
static struct mark_at *marks;
static size_t mark_count;
static struct block *blocks;
static struct block *previous;
static struct load *loads;
static uint64_t flash_first;
static uint64_t flash_behind;
static struct line_cache fetched;
static struct line_cache loaded;

static bool in_flash(uint64_t address) {
    return address >= flash_first && address < flash_behind;
}

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
        block->misses = 0;
    }
    for (struct load *load = loads; load != NULL; load = load->next) {
        load->misses = 0;
    }
}

static void write_counts(uint64_t mark) {
    (void)fprintf(counts, "end %" PRIx64 "\n", mark);
    for (const struct block *block = blocks; block != NULL; block = block->next) {
        if (block->executions > 0) {
            (void)fprintf(
                counts, "block %" PRIx64 " %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                block->first, block->behind, block->executions, block->jumps, block->misses);
        }
    }
    for (const struct load *load = loads; load != NULL; load = load->next) {
        if (load->misses > 0) {
            (void)fprintf(counts, "load %" PRIx64 " %" PRIu64 "\n", load->address, load->misses);
        }
    }
}

/* The first line of a block that a jump reached is waited for; those behind it are prefetched. */
static uint64_t fetch(const struct block *block, bool jumped) {
    const bool found = line_cache_has(&fetched, block->first);
    const uint64_t bytes = fetched.line_bytes;
    for (uint64_t line = (block->first / bytes + 1) * bytes; line < block->behind; line += bytes) {
        (void)line_cache_has(&fetched, line);
    }
    return jumped && !found ? 1 : 0;
}

static void read_memory(unsigned int processor, qemu_plugin_meminfo_t info, uint64_t address,
                        void *data) {
    (void)processor;
    (void)info;
    struct load *load = data;
    if (in_flash(address) && !line_cache_has(&loaded, address)) {
        load->misses++;
    }
}

static void executed(unsigned int processor, void *data) {
    (void)processor;
    struct block *block = data;
    const bool jumped = previous != NULL && previous->behind != block->first;
    if (jumped) {
        previous->jumps++;
    }
    if (block->mark == MARK_END) {
        write_counts(block->first);
    }
    if (block->mark != MARK_NONE) {
        forget();
    }
    block->executions++;
    if (in_flash(block->first)) {
        block->misses += fetch(block, jumped);
    }
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
    const size_t instructions = qemu_plugin_tb_n_insns(translation);
    for (size_t i = 0; flash_behind > flash_first && i < instructions; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(translation, i);
        struct load *load = calloc(1, sizeof *load);
        if (load == NULL) {
            abort();
        }
        load->address = qemu_plugin_insn_vaddr(instruction);
        load->next = loads;
        loads = load;
        /* Both ways: nobody writes to flash, and QEMU 7.2 calls back for writes where it is asked
         * for reads alone. */
        qemu_plugin_register_vcpu_mem_cb(instruction, read_memory, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, load);
    }
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

/* Behind the key of an argument; NULL where it is another's. */
static const char *value_of(const char *argument, const char *key) {
    const size_t length = strlen(key);
    return strncmp(argument, key, length) == 0 ? argument + length : NULL;
}

static bool take(const char *argument) {
    const char *value;
    if ((value = value_of(argument, "marks=")) != NULL) {
        return read_marks(value);
    }
    if ((value = value_of(argument, "counts=")) != NULL) {
        counts = fopen(value, "w");
        return counts != NULL;
    }
    if ((value = value_of(argument, "flash=")) != NULL) {
        return sscanf(value, "%" SCNx64 "-%" SCNx64, &flash_first, &flash_behind) == 2;
    }
    if ((value = value_of(argument, "line=")) != NULL) {
        fetched.line_bytes = loaded.line_bytes = strtoull(value, NULL, 10);
        return true;
    }
    if ((value = value_of(argument, "fetch=")) != NULL) {
        return sscanf(value, "%" SCNu64 "x%" SCNu64, &fetched.sets, &fetched.ways) == 2;
    }
    if ((value = value_of(argument, "data=")) != NULL) {
        return sscanf(value, "%" SCNu64 "x%" SCNu64, &loaded.sets, &loaded.ways) == 2;
    }
    return false;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int count,
                        char **arguments) {
    (void)info;
    for (int i = 0; i < count; i++) {
        if (!take(arguments[i])) {
            return 1;
        }
    }
    const bool caches = flash_behind > flash_first;
    if (counts == NULL || (caches && !(line_cache_init(&fetched) && line_cache_init(&loaded)))) {
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}

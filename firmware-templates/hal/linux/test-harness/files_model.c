#include "iso_flash_areas.h"
#include "iso_linux.h"
#include "power_failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * In place of files.c: files of a disk behind the kernel's memory. A process that is killed (the
 * "torn" of power_failure.h) leaves what it wrote in memory. A power failure leaves of every block
 * that was not synced what the disk had, or what memory had, in any choice and order: a disk writes
 * when it likes.
 *
 * power_failure.h's model for hal/linux/flash.c. An operation is a call that writes or syncs; each
 * counts as several, so that a moment is tried with several choices.
 */

#define BLOCK_BYTES 64u /* smaller than any disk's: more choices */
#define MOST_BYTES 4096u
#define CHOICES 8u
#define ERASED 0xFFu

typedef struct {
    uint32_t size;
    uint8_t memory[MOST_BYTES];
    uint8_t disk[MOST_BYTES];
} model_file;

static model_file files[ISO_HAL_FLASH_AREA_COUNT];

void model_erase_all(void) {
    memset(files, 0, sizeof files);
}

void model_start(void) {
    iso_linux_flash_open("model");
}

const char *model_objection(void) {
    return NULL;
}

void model_put(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, uint32_t count) {
    model_file *file = &files[area];
    if (file->size < offset + count) {
        memset(file->memory + file->size, ERASED, offset + count - file->size);
        file->size = offset + count;
    }
    memcpy(file->memory + offset, bytes, count);
    memcpy(file->disk, file->memory, MOST_BYTES);
}

static void lose_power(void) {
    /* All of it, none, or some. */
    const uint32_t kept = model_noise() % 3u;
    for (uint32_t i = 0; i < ISO_HAL_FLASH_AREA_COUNT; i += 1u) {
        for (uint32_t at = 0; at < MOST_BYTES; at += BLOCK_BYTES) {
            if (kept == 0u || (kept == 1u && model_noise() % 2u == 0u)) {
                memcpy(files[i].memory + at, files[i].disk + at, BLOCK_BYTES);
            }
        }
        memcpy(files[i].disk, files[i].memory, MOST_BYTES);
    }
}

static bool is_cut(void) {
    bool cut = false;
    for (uint32_t choice = 0; choice < CHOICES; choice += 1u) {
        cut = model_power_fails() || cut;
    }
    return cut;
}

static void end_here(void) {
    if (!model_is_torn()) {
        lose_power();
    }
    longjmp(model_power_failure, 1);
}

bool iso_linux_read_at(int file, uint32_t offset, void *bytes, size_t count) {
    if (offset + count > files[file].size) {
        return false;
    }
    memcpy(bytes, files[file].memory + offset, count);
    return true;
}

bool iso_linux_write_behind(int file, uint32_t offset, const void *bytes, size_t count) {
    model_file *to = &files[file];
    const bool cut = is_cut();
    const size_t written = cut ? model_noise() % (count + 1u) : count;
    if (offset + written > to->size) {
        to->size = offset + (uint32_t)written;
    }
    memcpy(to->memory + offset, bytes, written);
    if (cut) {
        end_here();
    }
    return true;
}

bool iso_linux_sync(int file) {
    if (is_cut()) {
        end_here();
    }
    memcpy(files[file].disk, files[file].memory, MOST_BYTES);
    return true;
}

bool iso_linux_write_at(int file, uint32_t offset, const void *bytes, size_t count) {
    return iso_linux_write_behind(file, offset, bytes, count) && iso_linux_sync(file);
}

uint32_t iso_linux_size(int file) {
    return files[file].size;
}

int iso_linux_open_state(const char *state, const char *name) {
    static const char *const names[] = {"slot-a", "slot-b", "boot-state", "configuration"};
    int file = 0;
    (void)state;
    while (file < (int)ISO_HAL_FLASH_AREA_COUNT && strcmp(names[file], name) != 0) {
        file += 1;
    }
    return file;
}

void iso_linux_give_up(const char *what, const char *name) {
    printf("BROKEN %s %s\n", what, name);
    exit(1);
}

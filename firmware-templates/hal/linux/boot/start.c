#define _GNU_SOURCE /* memfd_create(2) */

#include "iso_hal_boot.h"
#include "iso_linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The boot loader as what systemd starts: it takes the service's options, and the program of the
 * slot that it chose goes on in its place, the same process with the same options.
 *
 * The program is copied into a file of memory and started from there: it lies in a slot behind a
 * header, where no program starts from, and what runs stays as it was judged while an update writes
 * into the slots.
 */

#define PART_BYTES 4096u
#define MOST_WORDS 64u
#define PATH_BYTES 32u
/* An emulator and its options, by which the program is started where this machine is another. */
#define EMULATOR_VARIABLE "ISOCHRONE_EMULATOR"

static char **options; /* behind the program's own name; ends with NULL */

int __real_main(void);
int __wrap_main(int count, char **words);

static const char *state_folder(int count, char **words) {
    /* As hal/linux/options.c reads them. */
    const char *folder = getenv("STATE_DIRECTORY");
    for (int at = 1; at + 1 < count; at += 2) {
        if (strcmp(words[at], "--state") == 0) {
            folder = words[at + 1];
        }
    }
    return folder;
}

int __wrap_main(int count, char **words) {
    if (count > 1 && strcmp(words[1], "--version") == 0) {
        (void)printf("isochrone-device boot loader for %s\n", ISO_BOARD_NAME);
        return 0;
    }
    const char *folder = state_folder(count, words);
    if (folder == NULL) {
        (void)fprintf(stderr, "isochrone-device: no state folder, and images lie there: --state\n");
        return ISO_LINUX_EXIT_USAGE;
    }
    options = words + 1;
    iso_linux_flash_open(folder);
    return __real_main();
}

void iso_hal_hurry(void) {
    /* Nothing is slow here. */
}

void iso_hal_halt(void) {
    (void)fprintf(stderr,
                  "isochrone-device: neither slot holds an image for %s that is whole and "
                  "signed: flash one\n",
                  ISO_BOARD_NAME);
    exit(ISO_LINUX_EXIT_RETRY);
}

static int copy_to_memory(iso_hal_flash_area slot, uint32_t offset, uint32_t bytes, bool inherits) {
    uint8_t part[PART_BYTES];
    const int memory = memfd_create("isochrone-device", inherits ? 0u : MFD_CLOEXEC);
    const uint32_t end = offset + bytes;
    while (memory >= 0 && offset < end) {
        const uint32_t count = end - offset < PART_BYTES ? end - offset : PART_BYTES;
        if (!iso_hal_flash_read(slot, offset, part, count) ||
            write(memory, part, count) != (ssize_t)count) {
            return -1;
        }
        offset += count;
    }
    return memory;
}

void iso_hal_start_image(iso_hal_flash_area slot, uint32_t offset, uint32_t bytes) {
    char *words[MOST_WORDS];
    size_t count = 0;
    char path[PATH_BYTES];
    char *emulator = getenv(EMULATOR_VARIABLE);
    const int memory = copy_to_memory(slot, offset, bytes, emulator != NULL);
    if (memory < 0) {
        iso_linux_give_up("cannot copy", "the program of a slot");
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    for (char *word = emulator == NULL ? NULL : strtok(emulator, " ");
         word != NULL && count < MOST_WORDS - 1u; word = strtok(NULL, " ")) {
        words[count] = word;
        count += 1u;
    }
    words[count] = path;
    count += 1u;
    for (size_t at = 0; options[at] != NULL && count < MOST_WORDS - 1u; at += 1u) {
        words[count] = options[at];
        count += 1u;
    }
    words[count] = NULL;
    if (emulator == NULL) {
        (void)execv(path, words);
    } else {
        (void)execvp(words[0], words);
    }
    iso_linux_give_up("cannot start", "the program of a slot");
}

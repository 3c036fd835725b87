#include "iso_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 512u

static bool read_only;

void iso_linux_give_up(const char *what, const char *name) {
    (void)fprintf(stderr, "isochrone-device: %s %s: %s\n", what, name, strerror(errno));
    exit(ISO_LINUX_EXIT_RETRY);
}

bool iso_linux_read_at(int file, uint32_t offset, void *bytes, size_t count) {
    return pread(file, bytes, count, (off_t)offset) == (ssize_t)count;
}

bool iso_linux_write_behind(int file, uint32_t offset, const void *bytes, size_t count) {
    return pwrite(file, bytes, count, (off_t)offset) == (ssize_t)count;
}

bool iso_linux_sync(int file) {
    return fdatasync(file) == 0;
}

bool iso_linux_write_at(int file, uint32_t offset, const void *bytes, size_t count) {
    return iso_linux_write_behind(file, offset, bytes, count) && iso_linux_sync(file);
}

uint32_t iso_linux_size(int file) {
    struct stat about;
    return fstat(file, &about) == 0 ? (uint32_t)about.st_size : 0u;
}

/* What a power cut must not take back: that the file is there at all. */
static bool sync_folder(const char *state) {
    const int folder = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && fsync(folder) == 0;
    (void)close(folder);
    return synced;
}

int iso_linux_open_state(const char *state, const char *name) {
    char path[PATH_BYTES];
    const int length = snprintf(path, sizeof path, "%s/%s", state, name);
    int file = length > 0 && length < (int)sizeof path
                   ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)
                   : -1;
    if (file < 0 && errno == EROFS) {
        file = open(path, O_RDONLY | O_CLOEXEC);
        read_only = file >= 0;
    }
    if (file < 0 || !(read_only || sync_folder(state))) {
        iso_linux_give_up("cannot open in its state folder:", name);
    }
    return file;
}

bool iso_linux_state_is_read_only(void) {
    return read_only;
}

#include "iso_linux.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PATH_BYTES 512u

bool iso_linux_read_at(int file, uint32_t offset, void *bytes, size_t count) {
    return pread(file, bytes, count, (off_t)offset) == (ssize_t)count;
}

bool iso_linux_write_at(int file, uint32_t offset, const void *bytes, size_t count) {
    return pwrite(file, bytes, count, (off_t)offset) == (ssize_t)count && fsync(file) == 0;
}

int iso_linux_open_state(const char *state, const char *name) {
    char path[PATH_BYTES];
    const int length = snprintf(path, sizeof path, "%s/%s", state, name);
    const int file = length > 0 && length < (int)sizeof path
                         ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)
                         : -1;
    if (file < 0) {
        iso_linux_give_up("cannot open in its state folder:", name);
    }
    return file;
}

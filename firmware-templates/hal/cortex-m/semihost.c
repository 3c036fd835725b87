#include "iso_hal_semihost.h"

#include <string.h>

/* Operation numbers and modes: "Semihosting for AArch32 and AArch64", sections 6 and 6.7. */
#define SYS_OPEN 0x01u
#define SYS_CLOSE 0x02u
#define SYS_WRITE0 0x04u
#define SYS_WRITE 0x05u
#define SYS_READ 0x06u
#define SYS_GET_CMDLINE 0x15u
#define SYS_EXIT_EXTENDED 0x20u
#define OPEN_MODE_RB 1u
#define OPEN_MODE_WB 5u
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static uint32_t call(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = argument;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static int32_t open_file(const char *path, uint32_t mode) {
    const uint32_t block[3] = {(uint32_t)(uintptr_t)path, mode, (uint32_t)strlen(path)};
    return (int32_t)call(SYS_OPEN, block);
}

int32_t iso_semihost_open_read(const char *path) {
    return open_file(path, OPEN_MODE_RB);
}

int32_t iso_semihost_open_write(const char *path) {
    return open_file(path, OPEN_MODE_WB);
}

size_t iso_semihost_read(int32_t handle, void *bytes, size_t count) {
    const uint32_t block[3] = {(uint32_t)handle, (uint32_t)(uintptr_t)bytes, (uint32_t)count};
    /* The answer is the count NOT read; an error reads as nothing read. */
    const uint32_t missing = call(SYS_READ, block);
    return missing > count ? 0u : count - missing;
}

bool iso_semihost_write(int32_t handle, const void *bytes, size_t count) {
    const uint32_t block[3] = {(uint32_t)handle, (uint32_t)(uintptr_t)bytes, (uint32_t)count};
    return call(SYS_WRITE, block) == 0u;
}

bool iso_semihost_close(int32_t handle) {
    const uint32_t block[1] = {(uint32_t)handle};
    return call(SYS_CLOSE, block) == 0u;
}

bool iso_semihost_command_line(char *text, size_t capacity) {
    const uint32_t block[2] = {(uint32_t)(uintptr_t)text, (uint32_t)capacity};
    return call(SYS_GET_CMDLINE, block) == 0u;
}

void iso_semihost_print(const char *text) {
    (void)call(SYS_WRITE0, text);
}

void iso_semihost_exit(uint32_t status) {
    const uint32_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, status};
    (void)call(SYS_EXIT_EXTENDED, block);
    for (;;) {
    }
}

#ifndef ISO_HAL_SEMIHOST_H
#define ISO_HAL_SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Files and exit status of the debugging host, through Arm semihosting ("Semihosting for AArch32
 * and AArch64", 2.0). Only in images meant for an emulator or a debugger: without either, a call
 * is a fault.
 */

/* Handle, or -1. Paths are NUL-terminated. */
int32_t iso_semihost_open_read(const char *path);
int32_t iso_semihost_open_write(const char *path);
/* Bytes read; fewer than count at the end of the file. */
size_t iso_semihost_read(int32_t handle, void *bytes, size_t count);
bool iso_semihost_write(int32_t handle, const void *bytes, size_t count);
bool iso_semihost_close(int32_t handle);
/* The command line as one NUL-terminated string; false when it does not fit. */
bool iso_semihost_command_line(char *text, size_t capacity);
/* Text for whoever watches the debugger. */
void iso_semihost_print(const char *text);
/* Ends the emulator with this exit status; does not return. */
void iso_semihost_exit(uint32_t status);

#endif

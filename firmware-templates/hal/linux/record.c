#include "iso_linux.h"

#include "iso_crc32c.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * What a run leaves to the next, in a file of the state folder: how it ended. The file says
 * "unannounced" while the process runs, so that an end which nobody had time to write down
 * (SIGKILL, memory short, power) is known as that; whether the machine itself was started anew, the
 * kernel tells.
 */

#define RECORD_MARK 0x4C4F5349u /* "ISOL" */
#define MACHINE_BOOT_BYTES 36u  /* a UUID as text, random(4) */

typedef struct {
    uint32_t mark;
    uint32_t run_count;
    uint32_t cause;
    iso_hal_crash crash;
    uint8_t machine_boot[MACHINE_BOOT_BYTES];
    uint32_t checksum;
} run_record;

static int file = -1;
static run_record record;
static iso_hal_reset_cause cause = ISO_HAL_RESET_POWER_ON;
static iso_hal_crash crash;
static uint32_t boot_id;
static bool ended;

static uint32_t checksum_of(const run_record *of) {
    return iso_crc32c((const uint8_t *)of, offsetof(run_record, checksum));
}

static size_t read_system_file(const char *path, void *bytes, size_t capacity) {
    const int from = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t count = from < 0 ? 0 : read(from, bytes, capacity);
    (void)close(from);
    return count < 0 ? 0u : (size_t)count;
}

static void seal(iso_hal_reset_cause next) {
    record.cause = (uint32_t)next;
    record.checksum = checksum_of(&record);
    if (file >= 0) {
        (void)iso_linux_write_at(file, 0u, &record, sizeof record);
    }
}

static iso_hal_reset_cause cause_of_last_run(const run_record *last, bool same_machine_run) {
    const iso_hal_reset_cause said = (iso_hal_reset_cause)last->cause;
    const bool told = said == ISO_HAL_RESET_FAULT || said == ISO_HAL_RESET_WATCHDOG;
    return told || same_machine_run ? said : ISO_HAL_RESET_POWER_ON;
}

void iso_linux_record_open(const char *state) {
    run_record last;
    (void)read_system_file("/proc/sys/kernel/random/boot_id", record.machine_boot,
                           sizeof record.machine_boot);
    if (state != NULL) {
        file = iso_linux_open_state(state, "last-run");
        if (iso_linux_read_at(file, 0u, &last, sizeof last) && last.mark == RECORD_MARK &&
            last.checksum == checksum_of(&last)) {
            cause = cause_of_last_run(&last, memcmp(last.machine_boot, record.machine_boot,
                                                    sizeof last.machine_boot) == 0);
            crash = last.crash;
            record.run_count = last.run_count + 1u;
        }
    }
    record.mark = RECORD_MARK;
    seal(ISO_HAL_RESET_UNANNOUNCED);
    if (read_system_file("/dev/urandom", &boot_id, sizeof boot_id) != sizeof boot_id) {
        const uint64_t seed[2] = {iso_linux_nanoseconds(), (uint64_t)getpid()};
        boot_id = iso_crc32c((const uint8_t *)seed, sizeof seed);
    }
}

void iso_linux_record_end(iso_hal_reset_cause next, const iso_hal_crash *found) {
    if (__atomic_test_and_set(&ended, __ATOMIC_SEQ_CST)) {
        return; /* a fault on the way out is not what ended it */
    }
    if (found != NULL) {
        record.crash = *found;
    }
    seal(next);
}

iso_hal_reset_cause iso_hal_get_reset_cause(void) {
    return cause;
}

bool iso_hal_get_crash(iso_hal_crash *out) {
    if (cause != ISO_HAL_RESET_FAULT && cause != ISO_HAL_RESET_WATCHDOG) {
        return false;
    }
    *out = crash;
    return true;
}

uint32_t iso_hal_boot_id(void) {
    return boot_id;
}

/* Two checksums of it, not itself: machine-id(5) asks that it stays on the machine, and 128 bits
 * cannot be had back from 64. A board's serial number, where the device tree has one, says more:
 * the disk may have been copied. */
size_t iso_hal_unique_id(uint8_t *bytes, size_t capacity) {
    static const char *const sources[] = {"/proc/device-tree/serial-number", "/etc/machine-id"};
    uint8_t text[64];
    size_t length = 0;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0] && length == 0u; i += 1u) {
        length = read_system_file(sources[i], text, sizeof text);
    }
    const uint32_t identity[2] = {iso_crc32c(text, length), iso_crc32c(text, length / 2u)};
    const size_t count = capacity < sizeof identity ? capacity : sizeof identity;
    memcpy(bytes, identity, count);
    return length == 0u ? 0u : count;
}

void iso_hal_reboot(void) {
    iso_linux_ports_drain();
    iso_linux_record_end(ISO_HAL_RESET_SOFTWARE, NULL);
    iso_linux_watchdog_release();
    _exit(0); /* systemd starts it again */
}

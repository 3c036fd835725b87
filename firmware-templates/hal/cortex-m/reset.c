#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_chip_interrupts.h"
#include "iso_crc32c.h"
#include "iso_hal.h"

#include <string.h>

/*
 * What survives a reset. The record lies in memory that start-up leaves alone, at the same place in
 * every image of a board: the image that an update falls back to tells how the new one ended. A
 * mark and a checksum tell it from the noise of a cold start. boot_nonce lies behind it: on silicon
 * it holds whatever the cells woke up with, an emulator's runner writes a random number there, for
 * QEMU has neither noise nor a random generator on these machines.
 */

#define RECORD_MARK 0x49534F32u  /* "ISO2" */
#define CFSR_MMARVALID (1u << 7) /* MMFAR holds the address, Armv7-M B3.2.15 */
#define CFSR_STKOF (1u << 20)    /* stack limit crossed, Armv8-M D1.2.14; reserved before */
#define XPSR_EXCEPTION 0x1FFu    /* B1.4.2 */
#define AIRCR_RESET 0x05FA0004u  /* key and SYSRESETREQ, Armv7-M B3.2.6 */

/* No exception has the number 0. */
#ifndef ISO_CHIP_WATCHDOG_EXCEPTION
#define ISO_CHIP_WATCHDOG_EXCEPTION 0u
#endif

typedef struct {
    uint32_t mark;
    uint32_t reset_count;
    uint32_t cause;
    iso_hal_crash crash;
    uint32_t checksum;
} reset_record;

static reset_record record __attribute__((section(".noinit")));
extern const volatile uint32_t iso_boot_nonce[1];

static iso_hal_reset_cause cause;
static bool crash_recorded;
static uint32_t boot_id;

static uint32_t checksum_of(const reset_record *of) {
    return iso_crc32c((const uint8_t *)of, offsetof(reset_record, checksum));
}

static void seal(uint32_t next_cause) {
    record.cause = next_cause;
    record.checksum = checksum_of(&record);
    iso_cortex_write_back(&record, sizeof record);
}

void iso_cortex_reset_init(void) {
    const iso_hal_reset_cause chip = iso_chip_take_reset_cause();
    if (record.mark == RECORD_MARK && record.checksum == checksum_of(&record)) {
        cause = (iso_hal_reset_cause)record.cause;
        record.reset_count += 1u;
    } else {
        memset(&record, 0, sizeof record);
        record.mark = RECORD_MARK;
        cause = ISO_HAL_RESET_POWER_ON;
    }
    crash_recorded = cause == ISO_HAL_RESET_FAULT || cause == ISO_HAL_RESET_WATCHDOG;
    /* What nobody announced, the chip may know: its watchdog's last word, its supply, its pin. */
    if ((cause == ISO_HAL_RESET_UNANNOUNCED || cause == ISO_HAL_RESET_POWER_ON) &&
        chip != ISO_HAL_RESET_UNANNOUNCED) {
        cause = chip;
    }
    const uint32_t seed[4] = {iso_boot_nonce[0], record.reset_count, iso_hal_ticks(), iso_build_id};
    boot_id = iso_crc32c((const uint8_t *)seed, sizeof seed);
    /* A reset that nobody announces does not read as the last cause. */
    seal(ISO_HAL_RESET_UNANNOUNCED);
}

iso_hal_reset_cause iso_hal_get_reset_cause(void) {
    return cause;
}

bool iso_hal_get_crash(iso_hal_crash *out) {
    if (!crash_recorded) {
        return false;
    }
    *out = record.crash;
    return true;
}

uint32_t iso_hal_boot_id(void) {
    return boot_id;
}

size_t iso_hal_unique_id(uint8_t *bytes, size_t capacity) {
#if ISO_BOARD_UNIQUE_ID_BYTES > 0
    const void *identity = (const void *)(uintptr_t)ISO_BOARD_UNIQUE_ID_ADDRESS;
    const size_t identity_bytes = ISO_BOARD_UNIQUE_ID_BYTES;
#else
    /* No serial number: processor and nonce are what tells two emulated machines apart. */
    const uint32_t identity[2] = {CORTEX_CPUID, iso_boot_nonce[0]};
    const size_t identity_bytes = sizeof identity;
#endif
    const size_t count = capacity < identity_bytes ? capacity : identity_bytes;
    memcpy(bytes, identity, count);
    return count;
}

static void restart(void) {
    __asm volatile("dsb" ::: "memory");
    CORTEX_AIRCR = AIRCR_RESET;
    for (;;) {
    }
}

void iso_hal_reboot(void) {
    seal(ISO_HAL_RESET_SOFTWARE);
    restart();
}

/* Called by the fault entry with the stacked frame: r0-r3, r12, lr, pc, xpsr (Armv7-M B1.5.6). */
void iso_cortex_record_fault(const uint32_t *frame);

void iso_cortex_record_fault(const uint32_t *frame) {
    const uintptr_t address = (uintptr_t)frame;
    const bool readable = (CORTEX_CFSR & CFSR_STKOF) == 0u && address >= ISO_BOARD_RAM_ORIGIN &&
                          address + 32u <= (uintptr_t)ISO_BOARD_RAM_ORIGIN + ISO_BOARD_RAM_BYTES;
    record.crash.program_counter = readable ? frame[6] : 0u;
    record.crash.link_register = readable ? frame[5] : 0u;
    const uint32_t exception = CORTEX_ICSR & XPSR_EXCEPTION;
    const bool hung = exception == ISO_CHIP_WATCHDOG_EXCEPTION;
    record.crash.exception = hung && readable ? frame[7] & XPSR_EXCEPTION : exception;
    record.crash.configurable_fault_status = CORTEX_CFSR;
    record.crash.fault_address = (CORTEX_CFSR & CFSR_MMARVALID) != 0u ? CORTEX_MMFAR : CORTEX_BFAR;
    record.crash.stack_overrun = readable ? 0u : 1u;
    record.crash.build_id = iso_build_id;
    seal(hung ? ISO_HAL_RESET_WATCHDOG : ISO_HAL_RESET_FAULT);
    restart();
}

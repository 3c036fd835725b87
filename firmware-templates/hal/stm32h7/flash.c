#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_flash_areas.h"
#include "stm32.h"
#include "stm32_family.h"
#include "stm32h7_flash.h"

#include <string.h>

/*
 * Two banks of eight sectors of 128 KB, programmed by units of 32 bytes with an error-correcting
 * code, once between two erasures (RM0433 4.3). One bank is read while the other is erased. What is
 * read of a bank that works waits until it has done, instructions and vectors among it, and that
 * takes seconds: what starts the work and waits for it is therefore in RAM, feeds the watchdog, and
 * holds interrupts off where they could not be served.
 */
#define FLASH_ORIGIN 0x08000000u
#define BANK_BYTES 0x100000u
#define SECTOR_BYTES 0x20000u
#define UNIT_WORDS (ISO_HAL_FLASH_WRITE_BYTES / 4u)
_Static_assert(ISO_HAL_FLASH_WRITE_BYTES == 32u, "a flash word");

/* Of each bank (4.9). */
#define BANK_REGISTERS 0x100u
#define FLASH_KEYR 0x04u
#define FLASH_CR 0x0Cu
#define FLASH_SR 0x10u
#define FLASH_CCR 0x14u /* clears the bits of FLASH_SR that are written as 1 */
#define KEY_1 0x45670123u
#define KEY_2 0xCDEF89ABu
#define CR_LOCK (1u << 0)
#define CR_PROGRAM (1u << 1)
#define CR_ERASE_SECTOR (1u << 2)
#define CR_64_BITS_AT_ONCE (3u << 4) /* at 2.7 V and more; a reset leaves it so */
#define CR_START (1u << 7)
#define CR_SECTOR_SHIFT 8u
#define SR_WORKS 7u           /* busy, a write waits, work is queued */
#define SR_ERRORS 0x01EE0000u /* 17 to 19, 21 to 24: all but those of the error-correcting code */
#define SR_END (1u << 16)

/* A sector takes 1 s, and 4 s in the worst case of the slowest setting (DS12110, flash memory
 * programming). A poll takes 10 cycles at least. */
#define MOST_SECONDS 8u
#define CYCLES_PER_POLL 10u

static uint32_t registers_of(uint32_t address) {
    return STM32_FLASH_BASE + (address - FLASH_ORIGIN) / BANK_BYTES * BANK_REGISTERS;
}

/* Writes what starts the work, and gives the bank's state when it is done, or has not become so in
 * time. */
__attribute__((section(".ram_code"), noinline)) static uint32_t
work(uint32_t bank, uint32_t address, uint32_t value, uint32_t most_polls) {
    STM32_REGISTER(address) = value;
    iso_cortex_barrier();
    uint32_t state = STM32_REGISTER(bank + FLASH_SR);
    for (uint32_t poll = 0; (state & SR_WORKS) != 0u && poll < most_polls; poll += 1u) {
        STM32_REGISTER(STM32_IWDG_BASE) = STM32_IWDG_FEED;
        state = STM32_REGISTER(bank + FLASH_SR);
    }
    return state;
}

static uint32_t most_polls(void) {
    return iso_chip_core_hz() / CYCLES_PER_POLL * MOST_SECONDS;
}

/* Once keys are wrong the bank stays locked until the next reset (4.5.1). */
static bool unlock(uint32_t bank) {
    if (!stm32_becomes(bank + FLASH_SR, SR_WORKS, 0u)) {
        return false;
    }
    if ((STM32_REGISTER(bank + FLASH_CR) & CR_LOCK) != 0u) {
        STM32_REGISTER(bank + FLASH_KEYR) = KEY_1;
        STM32_REGISTER(bank + FLASH_KEYR) = KEY_2;
    }
    STM32_REGISTER(bank + FLASH_CCR) = SR_ERRORS | SR_END;
    return (STM32_REGISTER(bank + FLASH_CR) & CR_LOCK) == 0u;
}

static bool lock(uint32_t bank, uint32_t state) {
    STM32_REGISTER(bank + FLASH_CCR) = SR_ERRORS | SR_END;
    STM32_REGISTER(bank + FLASH_CR) = CR_LOCK;
    return (state & (SR_WORKS | SR_ERRORS)) == 0u;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    return iso_flash_may_read(area, offset, count) &&
           stm32h7_copy_from_flash(bytes, iso_hal_flash_address(area) + offset, count);
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t address = iso_hal_flash_address(area) + offset;
    const uint32_t bank = registers_of(address);
    const uint32_t sector = (address - FLASH_ORIGIN) % BANK_BYTES / SECTOR_BYTES;
    if (!iso_flash_may_erase(area, offset) || iso_hal_flash_sector_bytes(area) != SECTOR_BYTES ||
        !unlock(bank)) {
        return false;
    }
    const uint32_t control = CR_ERASE_SECTOR | CR_64_BITS_AT_ONCE | sector << CR_SECTOR_SHIFT;
    STM32_REGISTER(bank + FLASH_CR) = control;
    const uint32_t bank_origin = address - (address - FLASH_ORIGIN) % BANK_BYTES;
    const bool own_bank = iso_cortex_image_lies_in(bank_origin, BANK_BYTES);
    const uint32_t mask = own_bank ? iso_cortex_mask() : 0u;
    const uint32_t state = work(bank, bank + FLASH_CR, control | CR_START, most_polls());
    const bool erased = lock(bank, state);
    iso_cortex_forget(address, SECTOR_BYTES);
    if (own_bank) {
        iso_cortex_unmask(mask);
    }
    return erased;
}

static bool program_unit(uint32_t address, const uint8_t *bytes) {
    const uint32_t bank = registers_of(address);
    uint32_t words[UNIT_WORDS];
    memcpy(words, bytes, sizeof words);
    if (!unlock(bank)) {
        return false;
    }
    STM32_REGISTER(bank + FLASH_CR) = CR_PROGRAM | CR_64_BITS_AT_ONCE;
    iso_cortex_barrier();
    for (uint32_t i = 0; i < UNIT_WORDS - 1u; i += 1u) {
        STM32_REGISTER(address + 4u * i) = words[i];
    }
    /* The unit is programmed when its last word is there. */
    const uint32_t last = UNIT_WORDS - 1u;
    const uint32_t state = work(bank, address + 4u * last, words[last], most_polls());
    iso_cortex_forget(address, ISO_HAL_FLASH_WRITE_BYTES);
    return lock(bank, state);
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    bool programmed = iso_flash_may_program(area, offset, count);
    for (size_t done = 0; programmed && done < count; done += ISO_HAL_FLASH_WRITE_BYTES) {
        programmed =
            program_unit(iso_hal_flash_address(area) + offset + (uint32_t)done, bytes + done);
    }
    return programmed;
}

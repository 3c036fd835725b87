#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_flash_areas.h"
#include "stm32.h"
#include "stm32_family.h"
#include "stm32_flash.h"
#include "stm32h7_flash.h"

#include <string.h>

/*
 * Two banks of eight sectors of 128 KB, programmed by units of 32 bytes with an error-correcting
 * code, once between two erasures (RM0433 4.3). One bank is read while the other is erased. What is
 * read of a bank that works waits until it has done, instructions and vectors among it, and that
 * takes seconds: what starts the work and waits for it is therefore in RAM, feeds the watchdog, and
 * holds interrupts off where they could not be served.
 */
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
 * programming). */
#define MOST_SECONDS 8u

static stm32_flash_controller bank_of(uint32_t address) {
    const uint32_t registers =
        STM32_FLASH_BASE + (address - STM32_FLASH_ORIGIN) / BANK_BYTES * BANK_REGISTERS;
    return (stm32_flash_controller){.key = registers + FLASH_KEYR,
                                    .control = registers + FLASH_CR,
                                    .status = registers + FLASH_SR,
                                    .clear = registers + FLASH_CCR,
                                    .lock = CR_LOCK,
                                    .works = SR_WORKS,
                                    .errors = SR_ERRORS,
                                    .end = SR_END};
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    return iso_flash_may_read(area, offset, count) &&
           stm32h7_copy_from_flash(bytes, iso_hal_flash_address(area) + offset, count);
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t address = iso_hal_flash_address(area) + offset;
    const stm32_flash_controller bank = bank_of(address);
    const uint32_t sector = (address - STM32_FLASH_ORIGIN) % BANK_BYTES / SECTOR_BYTES;
    if (!iso_flash_may_erase(area, offset) || iso_hal_flash_sector_bytes(area) != SECTOR_BYTES ||
        !stm32_flash_unlock(&bank)) {
        return false;
    }
    const uint32_t control = CR_ERASE_SECTOR | CR_64_BITS_AT_ONCE | sector << CR_SECTOR_SHIFT;
    STM32_REGISTER(bank.control) = control;
    const uint32_t bank_origin = address - (address - STM32_FLASH_ORIGIN) % BANK_BYTES;
    const bool own_bank = iso_cortex_image_lies_in(bank_origin, BANK_BYTES);
    const uint32_t mask = own_bank ? iso_cortex_mask() : 0u;
    const uint32_t state = stm32_flash_work(bank.status, SR_WORKS, bank.control, control | CR_START,
                                            stm32_flash_polls(MOST_SECONDS));
    const bool erased = stm32_flash_finish(&bank, state);
    iso_cortex_forget(address, SECTOR_BYTES);
    if (own_bank) {
        iso_cortex_unmask(mask);
    }
    return erased;
}

bool stm32_flash_program_unit(uint32_t address, const uint8_t *bytes) {
    const stm32_flash_controller bank = bank_of(address);
    uint32_t words[UNIT_WORDS];
    memcpy(words, bytes, sizeof words);
    if (!stm32_flash_unlock(&bank)) {
        return false;
    }
    STM32_REGISTER(bank.control) = CR_PROGRAM | CR_64_BITS_AT_ONCE;
    iso_cortex_barrier();
    for (uint32_t i = 0; i < UNIT_WORDS - 1u; i += 1u) {
        STM32_REGISTER(address + 4u * i) = words[i];
    }
    /* The unit is programmed when its last word is there. */
    const uint32_t last = UNIT_WORDS - 1u;
    const uint32_t state = stm32_flash_work(bank.status, SR_WORKS, address + 4u * last, words[last],
                                            stm32_flash_polls(MOST_SECONDS));
    iso_cortex_forget(address, ISO_HAL_FLASH_WRITE_BYTES);
    return stm32_flash_finish(&bank, state);
}

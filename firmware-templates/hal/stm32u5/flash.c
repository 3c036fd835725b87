#include "cortex_m.h"
#include "iso_flash_areas.h"
#include "stm32.h"
#include "stm32_family.h"
#include "stm32_flash.h"
#include "stm32u5_flash.h"

#include <string.h>

/*
 * Two banks of 128 pages of 8 KB, programmed by units of 16 bytes with an error-correcting code,
 * once between two erasures (RM0456 7.3). What is read of a bank that works waits until it has
 * done, some milliseconds at most.
 */
#define BANK_BYTES 0x100000u
#define PAGE_BYTES 0x2000u
#define UNIT_WORDS (ISO_HAL_FLASH_WRITE_BYTES / 4u)
_Static_assert(ISO_HAL_FLASH_WRITE_BYTES == 16u, "a quad-word");

/* The non-secure registers (7.9). */
#define FLASH_NSKEYR (STM32_FLASH_BASE + 0x08u)
#define FLASH_NSSR (STM32_FLASH_BASE + 0x20u)
#define FLASH_NSCR (STM32_FLASH_BASE + 0x28u)
#define FLASH_ECCR (STM32_FLASH_BASE + 0x30u)
#define NSCR_PROGRAM (1u << 0)
#define NSCR_ERASE_PAGE (1u << 1)
#define NSCR_PAGE_SHIFT 3u
#define NSCR_BANK_2 (1u << 11)
#define NSCR_START (1u << 16)
#define NSCR_LOCK (1u << 31)
#define NSSR_WORKS (3u << 16) /* busy, or a unit waits for its words */
#define NSSR_ERRORS 0x20FAu   /* 1, 3 to 7, 13; a bit is cleared by writing 1 */
#define NSSR_END (1u << 0)
#define ECCR_CORRECTED (1u << 30)
#define ECCR_DAMAGED (1u << 31) /* both are cleared by writing 1 */

#define ICACHE_CR_INVALIDATE (1u << 1)
#define ICACHE_SR_BUSY (1u << 0)

/* Each is 10 ms or more at the fastest clock; a page takes at most 5 ms (DS13737, flash memory
 * characteristics). */
#define WAITS 4u

/* While a read runs: what the non-maskable interrupt found. */
static volatile bool reading;
static volatile bool damaged;

bool stm32u5_take_damage(void) {
    if (!reading || (STM32_REGISTER(FLASH_ECCR) & ECCR_DAMAGED) == 0u) {
        return false;
    }
    STM32_REGISTER(FLASH_ECCR) = ECCR_DAMAGED | ECCR_CORRECTED;
    damaged = true;
    return true;
}

/* The cache lies in front of data, too. */
static void forget_cached(void) {
    STM32_REGISTER(ICACHE_CR) |= ICACHE_CR_INVALIDATE;
    (void)stm32_becomes(ICACHE_SR, ICACHE_SR_BUSY, 0u);
}

static const stm32_flash_controller controller = {.key = FLASH_NSKEYR,
                                                  .control = FLASH_NSCR,
                                                  .status = FLASH_NSSR,
                                                  .clear = FLASH_NSSR,
                                                  .lock = NSCR_LOCK,
                                                  .works = NSSR_WORKS,
                                                  .errors = NSSR_ERRORS,
                                                  .end = NSSR_END};

static bool finish(void) {
    (void)stm32_becomes_slowly(FLASH_NSSR, NSSR_WORKS, 0u, WAITS);
    const bool done = stm32_flash_finish(&controller, STM32_REGISTER(FLASH_NSSR));
    forget_cached();
    return done;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    if (!iso_flash_may_read(area, offset, count)) {
        return false;
    }
    damaged = false;
    reading = true;
    iso_cortex_barrier();
    memcpy(bytes, (const uint8_t *)(uintptr_t)(iso_hal_flash_address(area) + offset), count);
    iso_cortex_barrier();
    (void)stm32u5_take_damage();
    reading = false;
    if (damaged) {
        forget_cached();
    }
    return !damaged;
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t place = iso_hal_flash_address(area) + offset - STM32_FLASH_ORIGIN;
    if (!iso_flash_may_erase(area, offset) || iso_hal_flash_sector_bytes(area) != PAGE_BYTES ||
        !stm32_flash_unlock(&controller)) {
        return false;
    }
    const uint32_t control = NSCR_ERASE_PAGE | place % BANK_BYTES / PAGE_BYTES << NSCR_PAGE_SHIFT |
                             (place < BANK_BYTES ? 0u : NSCR_BANK_2);
    STM32_REGISTER(FLASH_NSCR) = control;
    STM32_REGISTER(FLASH_NSCR) = control | NSCR_START;
    return finish();
}

bool stm32_flash_program_unit(uint32_t address, const uint8_t *bytes) {
    uint32_t words[UNIT_WORDS];
    memcpy(words, bytes, sizeof words);
    if (!stm32_flash_unlock(&controller)) {
        return false;
    }
    STM32_REGISTER(FLASH_NSCR) = NSCR_PROGRAM;
    iso_cortex_barrier();
    for (uint32_t i = 0; i < UNIT_WORDS; i += 1u) {
        STM32_REGISTER(address + 4u * i) = words[i];
    }
    iso_cortex_barrier();
    return finish();
}

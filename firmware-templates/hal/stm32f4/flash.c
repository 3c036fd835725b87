#include "cortex_m.h"
#include "iso_flash_areas.h"
#include "stm32.h"
#include "stm32_family.h"
#include "stm32_flash.h"

#include <string.h>

/*
 * One bank: four sectors of 16 KB, one of 64 KB, then sectors of 128 KB, twelve in 1 MB (RM0090
 * 3.4, RM0390 3.3). While any of them is erased or programmed nothing can be read of the flash: the
 * processor stands at its next instruction from there, vectors among it (3.6). Erasing 16 KB takes
 * 250 ms and at most 500, 64 KB 550 and 1100, 128 KB 1 s and 2 (DS8626 and DS10693, flash memory
 * programming, 32 bits at once): it is waited for in RAM with interrupts held off, for each of them
 * would stand in front of the watchdog. A word takes 16 microseconds and at most 100, in which
 * an interrupt waits.
 */
#define SMALL_SECTOR_BYTES 0x4000u
#define MIDDLE_SECTOR_BYTES 0x10000u
#define LARGE_SECTOR_BYTES 0x20000u
#define MOST_BYTES 0x100000u /* behind it other parts have a second bank, numbered otherwise */
#define MIDDLE_SECTOR 4u

/* RM0090 3.9, RM0390 3.8; FLASH_ACR is the first of them. */
#define FLASH_KEYR (FLASH_ACR + 0x04u)
#define FLASH_SR (FLASH_ACR + 0x0Cu)
#define FLASH_CR (FLASH_ACR + 0x10u)
#define CR_PROGRAM (1u << 0)
#define CR_ERASE_SECTOR (1u << 1)
#define CR_SECTOR_SHIFT 3u
#define CR_32_BITS_AT_ONCE (2u << 8)
#define CR_START (1u << 16)
#define CR_LOCK (1u << 31)
#define SR_END (1u << 0)
#define SR_ERRORS                                                                                  \
    0xF2u /* 1: operation, 4: write protection, 5 to 7: alignment, width, sequence                 \
           */
#define SR_BUSY (1u << 16)
#define ACR_CACHES (3u << 9)        /* of instructions and of data */
#define ACR_CACHES_RESET (3u << 11) /* only while they are off */

/* The supply says how much may be programmed at once (RM0090 table 7, RM0390 table 6): 32 bits at
 * 2.7 V and more, as in the wait states of clock.c. */
_Static_assert(ISO_HAL_FLASH_WRITE_BYTES == 4u, "a word");

#define MOST_SECONDS 4u
#define ERASED_WORD 0xFFFFFFFFu

static const stm32_flash_controller controller = {.key = FLASH_KEYR,
                                                  .control = FLASH_CR,
                                                  .status = FLASH_SR,
                                                  .clear = FLASH_SR,
                                                  .lock = CR_LOCK,
                                                  .works = SR_BUSY,
                                                  .errors = SR_ERRORS,
                                                  .end = SR_END};

typedef struct {
    uint32_t number;
    uint32_t first; /* from the flash's origin on */
    uint32_t bytes;
} sector;

static sector sector_at(uint32_t place) {
    if (place < MIDDLE_SECTOR * SMALL_SECTOR_BYTES) {
        return (sector){.number = place / SMALL_SECTOR_BYTES,
                        .first = place - place % SMALL_SECTOR_BYTES,
                        .bytes = SMALL_SECTOR_BYTES};
    }
    if (place < LARGE_SECTOR_BYTES) {
        return (sector){.number = MIDDLE_SECTOR,
                        .first = LARGE_SECTOR_BYTES - MIDDLE_SECTOR_BYTES,
                        .bytes = MIDDLE_SECTOR_BYTES};
    }
    return (sector){.number = MIDDLE_SECTOR + place / LARGE_SECTOR_BYTES,
                    .first = place - place % LARGE_SECTOR_BYTES,
                    .bytes = LARGE_SECTOR_BYTES};
}

/* Programming reaches the data cache, too, erasing neither of them (RM0090 3.6.3 and 3.6.4). */
static void forget_cached(void) {
    const uint32_t before = STM32_REGISTER(FLASH_ACR);
    const uint32_t off = before & ~ACR_CACHES;
    STM32_REGISTER(FLASH_ACR) = off;
    STM32_REGISTER(FLASH_ACR) = off | ACR_CACHES_RESET;
    STM32_REGISTER(FLASH_ACR) = off;
    STM32_REGISTER(FLASH_ACR) = before;
    iso_cortex_barrier();
}

static uint32_t word_at(uint32_t address) {
    uint32_t word;
    memcpy(&word, (const void *)(uintptr_t)address, sizeof word);
    return word;
}

/* The controller looks at no cell after it has worked on it. */
static bool is_erased(uint32_t address, uint32_t bytes) {
    bool erased = true;
    for (uint32_t at = 0; erased && at < bytes; at += ISO_HAL_FLASH_WRITE_BYTES) {
        erased = word_at(address + at) == ERASED_WORD;
    }
    return erased;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    if (!iso_flash_may_read(area, offset, count)) {
        return false;
    }
    memcpy(bytes, (const void *)(uintptr_t)(iso_hal_flash_address(area) + offset), count);
    return true;
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t address = iso_hal_flash_address(area) + offset;
    const uint32_t place = address - STM32_FLASH_ORIGIN;
    const sector erased = sector_at(place);
    if (!iso_flash_may_erase(area, offset) || place >= MOST_BYTES || erased.first != place ||
        erased.bytes != iso_hal_flash_sector_bytes(area) || !stm32_flash_unlock(&controller)) {
        return false;
    }
    const uint32_t control =
        CR_ERASE_SECTOR | CR_32_BITS_AT_ONCE | erased.number << CR_SECTOR_SHIFT;
    STM32_REGISTER(FLASH_CR) = control;
    const uint32_t most_polls = stm32_flash_polls(MOST_SECONDS);
    const uint32_t mask = iso_cortex_mask();
    const uint32_t state =
        stm32_flash_work(FLASH_SR, SR_BUSY, FLASH_CR, control | CR_START, most_polls);
    const bool done = stm32_flash_finish(&controller, state);
    forget_cached();
    iso_cortex_unmask(mask);
    return done && is_erased(address, erased.bytes);
}

bool stm32_flash_program_unit(uint32_t address, const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    /* It would programme over what is there. */
    if (word_at(address) != ERASED_WORD || !stm32_flash_unlock(&controller)) {
        return false;
    }
    STM32_REGISTER(FLASH_CR) = CR_PROGRAM | CR_32_BITS_AT_ONCE;
    iso_cortex_barrier();
    const uint32_t state =
        stm32_flash_work(FLASH_SR, SR_BUSY, address, word, stm32_flash_polls(MOST_SECONDS));
    const bool done = stm32_flash_finish(&controller, state);
    return done && word_at(address) == word;
}

#include "cortex_m.h"
#include "iso_flash_areas.h"
#include "iso_hal.h"
#include "nrf52.h"

#include <string.h>

/*
 * Pages of 4 KB, programmed by words, each of them twice at most between two erasures (4.3.1; here
 * once, and once more only where a power cut left a word that looks erased). While the controller
 * works, a processor that executes from flash stands, interrupts too: 41 us for a word, in which
 * the UART's FIFO takes two bytes of its six.
 *
 * A page takes 85 ms, in which 42 samples at 500 Hz would be lost. So it is erased in parts (4.3,
 * partial erase): of 1 ms, the shortest that there is, and with the processor running for 2 ms
 * after each. At 2000 Hz a converter's data are missed up to three times in a part, which is less
 * than makes one sample and is bridged; in what follows at least three conversions are read, of
 * which one would do, and most frames of a host find their way through. A page then takes 0.3 s, in
 * which the ring of the front end fills by a third and no sample is lost; all of a slot half a
 * minute, as an update does before it takes anything.
 *
 * The controller tells no failure, and ignores what is protected: what was erased or programmed is
 * read back. The cache, of instructions only, is empty while erasing or programming is enabled
 * (CONFIG, 4.3): neither stays so between two steps, or what runs meanwhile would run without it,
 * and a stray access would write.
 */
#define PAGE_BYTES 4096u
#define WORD_BYTES 4u
_Static_assert(ISO_HAL_FLASH_WRITE_BYTES == WORD_BYTES, "a word");

#define NVMC_READY (NRF52_NVMC_BASE + 0x400u)
#define NVMC_CONFIG (NRF52_NVMC_BASE + 0x504u)
#define NVMC_ERASEPAGEPARTIAL (NRF52_NVMC_BASE + 0x518u)
#define NVMC_ERASEPAGEPARTIALCFG (NRF52_NVMC_BASE + 0x51Cu)
#define READY_IS (1u << 0)
#define CONFIG_READ_ONLY 0u
#define CONFIG_WRITE 1u
#define CONFIG_ERASE 2u

/* tERASEPAGE (4.3, electrical specification). Parts are timed by the oscillator, which without the
 * crystal may be fast by 8 % (5.4.4): their sum is that much longer. */
#define PAGE_MS 85u
#define PART_MS 1u
#define PARTS ((PAGE_MS * 108u + 99u) / 100u / PART_MS)
#define BETWEEN_PARTS_TICKS (ISO_BOARD_COUNTER_HZ / 500u)

/* Ten times what a part takes, and hundreds of times what a word does. */
#define READY_TICKS (ISO_BOARD_COUNTER_HZ / 100u)

#define BLANK_WORD 0xFFFFFFFFu

static bool becomes_ready(void) {
    const uint32_t begun = iso_hal_ticks();
    while ((NRF52_REGISTER(NVMC_READY) & READY_IS) == 0u) {
        if (iso_hal_ticks() - begun > READY_TICKS) {
            return false;
        }
    }
    return true;
}

/* One word written to a register of the controller or to flash, and the end of what it starts. */
static bool work(uint32_t mode, uint32_t address, uint32_t word) {
    if (!becomes_ready()) {
        return false;
    }
    NRF52_REGISTER(NVMC_CONFIG) = mode;
    iso_cortex_barrier();
    NRF52_REGISTER(address) = word;
    iso_cortex_barrier();
    const bool done = becomes_ready();
    NRF52_REGISTER(NVMC_CONFIG) = CONFIG_READ_ONLY;
    iso_cortex_barrier();
    return done;
}

static uint32_t word_at(uint32_t address) {
    uint32_t word;
    memcpy(&word, (const uint8_t *)(uintptr_t)address, sizeof word);
    return word;
}

bool iso_hal_flash_read(iso_hal_flash_area area, uint32_t offset, uint8_t *bytes, size_t count) {
    if (!iso_flash_may_read(area, offset, count)) {
        return false;
    }
    memcpy(bytes, (const uint8_t *)(uintptr_t)(iso_hal_flash_address(area) + offset), count);
    return true;
}

static void run_for_a_while(void) {
    const uint32_t begun = iso_hal_ticks();
    while (iso_hal_ticks() - begun < BETWEEN_PARTS_TICKS) {
    }
}

bool iso_hal_flash_erase(iso_hal_flash_area area, uint32_t offset) {
    const uint32_t address = iso_hal_flash_address(area) + offset;
    if (!iso_flash_may_erase(area, offset) || iso_hal_flash_sector_bytes(area) != PAGE_BYTES) {
        return false;
    }
    NRF52_REGISTER(NVMC_ERASEPAGEPARTIALCFG) = PART_MS;
    for (uint32_t part = 0; part < PARTS; part += 1u) {
        iso_hal_watchdog_feed();
        if (!work(CONFIG_ERASE, NVMC_ERASEPAGEPARTIAL, address)) {
            return false;
        }
        run_for_a_while();
    }
    bool blank = true;
    for (uint32_t at = 0; blank && at < PAGE_BYTES; at += WORD_BYTES) {
        blank = word_at(address + at) == BLANK_WORD;
    }
    return blank;
}

static bool program_word(uint32_t address, const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word_at(address) == BLANK_WORD && work(CONFIG_WRITE, address, word) &&
           word_at(address) == word;
}

bool iso_hal_flash_program(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes,
                           size_t count) {
    bool programmed = iso_flash_may_program(area, offset, count);
    for (size_t done = 0; programmed && done < count; done += WORD_BYTES) {
        programmed =
            program_word(iso_hal_flash_address(area) + offset + (uint32_t)done, bytes + done);
    }
    return programmed;
}

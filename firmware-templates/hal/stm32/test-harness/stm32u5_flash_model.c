/* The flash of an STM32U575 (RM0456 7.3 and 7.9) by its non-secure registers, and its instruction
 * cache (8). Written from the manual's words and not from the firmware's constants. */
#include "flash_model.h"
#include "chip_model.h"
#include "stm32u5_flash.h"

#define BANK_BYTES 0x100000u
#define UNIT_WORDS 4u
#define UNIT_BYTES 16u
#define PAGE_BYTES 0x2000u
#define NSKEYR 0x40022008u
#define NSSR 0x40022020u
#define NSCR 0x40022028u
#define ECCR 0x40022030u
#define ICACHE_CR 0x40030400u
#define ICACHE_SR 0x40030404u
/* Accesses that work takes. */
#define ERASE_TIME 5000u
#define PROGRAM_TIME 20u
#define INVALIDATE_TIME 10u

static uint32_t keys;
static uint32_t flags;
static uint32_t error_correction;
static uint32_t done_at; /* 0: it does not work */
static uint32_t invalid_at;
static uint32_t unit;
static uint32_t words[UNIT_WORDS];
static uint32_t word_count;
static bool cache_is_stale;

uint32_t model_reset_value(uint32_t address) {
    return address == NSCR ? 0xC0000000u : address == ICACHE_CR ? 5u : 0u;
}

bool flash_chip_works(void) {
    if (done_at != 0u && chip_model_time() >= done_at && !chip_model_suffers("never-ready")) {
        done_at = 0u;
        flags |= 1u;
        if (chip_model_suffers("operation-error")) {
            flags |= 1u << 1;
        }
    }
    return done_at != 0u;
}

bool flash_chip_is_locked(void) {
    return chip_model_stored(NSCR) >> 31 != 0u;
}

void flash_chip_reset(void) {
    keys = 0u;
    flags = 0u;
    error_correction = 0u;
    done_at = 0u;
    invalid_at = 0u;
    word_count = 0u;
    cache_is_stale = false;
}

/* Of damage the non-maskable interrupt follows at once. */
void flash_chip_read(uint32_t address, uint8_t *bytes, size_t count) {
    (void)bytes;
    if (cache_is_stale) {
        chip_model_object("the cache has flash that has changed");
    }
    if (count > 0u && flash_model_is_damaged(address, count)) {
        error_correction |= 1u << 31;
        if (!stm32u5_take_damage()) {
            chip_model_object("the interrupt of a damaged unit is a fault");
        }
    }
}

uint32_t model_read(uint32_t address, uint32_t stored) {
    flash_model_pass_time();
    switch (address) {
    case NSSR:
        return flags | (flash_chip_works() ? 1u << 16 : 0u) | (word_count > 0u ? 1u << 17 : 0u);
    case NSKEYR:
        return 0u;
    case ECCR:
        return error_correction;
    case ICACHE_SR:
        return chip_model_time() < invalid_at ? 1u : 0u;
    default:
        return address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES ? 0x9E3779B9u ^ address : stored;
    }
}

static void unlock(uint32_t key) {
    if (key != (keys == 0u ? 0x45670123u : 0xCDEF89ABu) || !flash_chip_is_locked()) {
        chip_model_object("a key is wrong");
        return;
    }
    keys += 1u;
    if (keys == 2u) {
        keys = 0u;
        chip_model_store(NSCR, chip_model_stored(NSCR) & ~(1u << 31));
    }
}

static void erase_page(uint32_t value) {
    if ((value & 2u) == 0u) {
        flags |= 1u << 7;
        return;
    }
    if (chip_model_suffers("write-protection")) {
        flags |= 1u << 4;
        return;
    }
    const uint32_t bank = value >> 11 & 1u;
    const uint32_t page = value >> 3 & 0xFFu;
    flash_model_erase(MODEL_FLASH_ORIGIN + bank * BANK_BYTES + page * PAGE_BYTES, PAGE_BYTES);
    cache_is_stale = true;
    done_at = chip_model_time() + ERASE_TIME;
}

static uint32_t write_control(uint32_t before, uint32_t value) {
    if (flash_chip_works()) {
        chip_model_object("control is written while the flash works");
        return before;
    }
    if (before >> 31 != 0u) {
        return before;
    }
    if ((value & 1u << 16) != 0u) {
        erase_page(value);
    }
    return value & ~(1u << 16);
}

void flash_chip_write_word(uint32_t address, uint32_t word) {
    const uint32_t at = address & ~(UNIT_BYTES - 1u);
    const uint32_t control = chip_model_stored(NSCR);
    if ((control & 1u) == 0u || control >> 31 != 0u || flash_chip_works()) {
        flags |= 1u << 7;
        return;
    }
    if (address % UNIT_BYTES / 4u != word_count || (word_count > 0u && at != unit)) {
        flags |= 1u << 5;
        return;
    }
    unit = at;
    words[word_count] = word;
    word_count += 1u;
    if (word_count < UNIT_WORDS) {
        return;
    }
    word_count = 0u;
    if (chip_model_suffers("write-protection")) {
        flags |= 1u << 4;
    } else if (!flash_model_is_blank(at)) {
        flags |= 1u << 3;
    } else {
        flash_model_program(at, words);
        cache_is_stale = true;
        done_at = chip_model_time() + PROGRAM_TIME;
    }
}

uint32_t model_write(uint32_t address, uint32_t before, uint32_t value) {
    if (address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES) {
        flash_chip_write_word(address, value);
        return 0u;
    }
    switch (address) {
    case NSKEYR:
        unlock(value);
        return 0u;
    case NSCR:
        return write_control(before, value);
    case NSSR:
        flags &= ~value;
        return 0u;
    case ECCR:
        error_correction &= ~value;
        return 0u;
    case ICACHE_CR:
        if ((value & 2u) != 0u) {
            if (flash_chip_works()) {
                chip_model_object("caches are forgotten while the flash still works");
            }
            invalid_at = chip_model_time() + INVALIDATE_TIME;
            cache_is_stale = false;
        }
        return value & ~2u;
    default:
        return value;
    }
}

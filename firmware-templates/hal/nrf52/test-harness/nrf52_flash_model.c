/*
 * The flash of an nRF52840 and its controller (Product Specification v1.1, 4.3), and of the timer
 * what its driver waits by. Written from the manual's words and not from the firmware's constants.
 * The processor runs on while the controller works, as code in RAM does: it must wait by itself.
 */
#include "chip_model.h"
#include "flash_model.h"
#include "iso_hal.h"
#include "power_failure.h"

#include <stddef.h>
#include <string.h>

#define READY 0x4001E400u
#define CONFIG 0x4001E504u
#define ERASEPAGEPARTIAL 0x4001E518u
#define ERASEPAGEPARTIALCFG 0x4001E51Cu
#define TIMER0_CAPTURE_0 0x40008040u
#define TIMER0_CC_0 0x40008540u

#define PAGE_BYTES 0x1000u
#define PAGES (MODEL_FLASH_BYTES / PAGE_BYTES)
#define WORDS (MODEL_FLASH_BYTES / 4u)
/* What an access takes: long beside the processor's, so that waiting costs a test little. */
#ifndef MODEL_ACCESS_US
#define MODEL_ACCESS_US 10u
#endif
#define ERASE_US 85000.0
#define WRITE_US 41u
/* A part takes up to so much longer than it is set to, and by a fast oscillator erases less. */
#define LONGEST_PART 1.05
#define FAST_OSCILLATOR 1.08
#define MOST_WRITES 2u

static double erased_us[PAGES];  /* of an erasure that is not complete */
static bool is_erased[PAGES];    /* by a whole one, and not programmed since: it stays so */
static uint8_t writes[WORDS];    /* since the last erasure */
static uint32_t unstable[WORDS]; /* bits */
static bool is_torn[PAGES];      /* some of its words have such bits */
static uint32_t done_at;         /* 0: it does not work */

static uint32_t next_noise(void) {
    return model_noise() << 16 | model_noise();
}

uint32_t model_reset_value(uint32_t address) {
    return address == ERASEPAGEPARTIALCFG ? 10u : 0u;
}

bool flash_chip_works(void) {
    if (done_at != 0u && chip_model_time() >= done_at && !chip_model_suffers("never-ready")) {
        done_at = 0u;
    }
    return done_at != 0u;
}

bool flash_chip_is_locked(void) {
    return chip_model_stored(CONFIG) == 0u;
}

void iso_hal_watchdog_feed(void) {
    flash_model_fed();
}

/* --- what is read --- */

static uint32_t unstable_bits(uint32_t address) {
    return flash_model_is_damaged(address, 1u) ? ~0u : unstable[address / 4u];
}

static void disturb(uint8_t *byte, uint32_t address) {
    const uint32_t bits = unstable_bits(address) >> (address % 4u * 8u) & 0xFFu;
    if (bits != 0u) {
        *byte = (uint8_t)(*byte ^ (bits & next_noise()));
    }
}

void flash_chip_read(uint32_t first, uint8_t *bytes, size_t count) {
    const uint32_t last_page = (first + (uint32_t)count - 1u) / PAGE_BYTES;
    bool sound = count == 0u || !flash_model_is_damaged(first, count);
    for (uint32_t page = first / PAGE_BYTES; count > 0u && page <= last_page; page += 1u) {
        if (erased_us[page] > 0.0) {
            chip_model_object("a page is read whose erasure is not complete");
        }
        sound = sound && !is_torn[page];
    }
    for (size_t i = 0; !sound && i < count; i += 1u) {
        disturb(bytes + i, first + (uint32_t)i);
    }
}

uint32_t model_read(uint32_t address, uint32_t stored) {
    flash_model_pass_time();
    switch (address) {
    case READY:
        return flash_chip_works() ? 0u : 1u;
    case TIMER0_CC_0:
        return chip_model_time() * MODEL_ACCESS_US * 16u;
    case TIMER0_CAPTURE_0:
    case ERASEPAGEPARTIAL:
        return ~0u; /* what is written there is seen */
    default:
        return address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES ? 0x9E3779B9u ^ address : stored;
    }
}

/* --- what works --- */

static uint32_t *word_at(uint32_t address) {
    return (uint32_t *)(uintptr_t)address;
}

static void begin(double microseconds) {
    done_at = chip_model_time() + 1u + (uint32_t)(microseconds / MODEL_ACCESS_US);
    flash_model_pass_time();
}

static void lose_power(void) {
    done_at = 0u;
    memset(erased_us, 0, sizeof erased_us);
    chip_model_store(CONFIG, 0u);
    longjmp(model_power_failure, 1);
}

static bool may_begin(uint32_t mode) {
    if (flash_chip_works()) {
        chip_model_object("something is begun while the flash works");
        return false;
    }
    if (chip_model_stored(CONFIG) != mode) {
        chip_model_object("what is not enabled is ignored");
        return false;
    }
    return !chip_model_suffers("write-protection");
}

static void complete_erasure(uint32_t page) {
    erased_us[page] = 0.0;
    is_erased[page] = true;
    is_torn[page] = false;
    flash_model_erase(page * PAGE_BYTES, PAGE_BYTES);
    memset(&writes[page * PAGE_BYTES / 4u], 0, PAGE_BYTES / 4u);
    memset(&unstable[page * PAGE_BYTES / 4u], 0, PAGE_BYTES);
    if (chip_model_suffers("operation-error")) {
        *word_at(page * PAGE_BYTES + 0x10u) = ~1u;
    }
}

static void make_unstable(uint32_t address, uint32_t bits) {
    unstable[address / 4u] |= bits;
    is_torn[address / PAGE_BYTES] = is_torn[address / PAGE_BYTES] || bits != 0u;
}

/* Bits on their way to one are neither. */
static void tear_page(uint32_t page) {
    for (uint32_t at = page * PAGE_BYTES; at < (page + 1u) * PAGE_BYTES; at += 4u) {
        const uint32_t bits = model_is_torn() ? ~0u : next_noise() & next_noise() & next_noise();
        make_unstable(at, bits & ~*word_at(at));
        *word_at(at) |= bits & next_noise();
    }
}

static void erase_part(uint32_t address) {
    const uint32_t page = address / PAGE_BYTES;
    const double set_us = 1000.0 * (chip_model_stored(ERASEPAGEPARTIALCFG) & 0x7Fu);
    if (!may_begin(2u)) {
        return;
    }
    if (address % PAGE_BYTES != 0u || set_us == 0.0) {
        chip_model_object("what is erased in parts is no page, or they take no time");
        return;
    }
    if (model_power_fails()) {
        is_erased[page] = false;
        tear_page(page);
        lose_power();
    }
    if (!is_erased[page]) {
        erased_us[page] += set_us / (chip_model_suffers("fast-oscillator") ? FAST_OSCILLATOR : 1.0);
    }
    if (erased_us[page] >= ERASE_US) {
        complete_erasure(page);
    }
    begin(set_us * LONGEST_PART);
}

void flash_chip_write_word(uint32_t address, uint32_t word) {
    if (!may_begin(1u)) {
        return;
    }
    if (address % 4u != 0u) {
        chip_model_object("what is no word is a fault");
        return;
    }
    if (erased_us[address / PAGE_BYTES] > 0.0) {
        chip_model_object("a page is programmed whose erasure is not complete");
    }
    if (writes[address / 4u] >= MOST_WRITES) {
        chip_model_object("a word is programmed a third time");
        make_unstable(address, ~0u);
    }
    writes[address / 4u] += 1u;
    is_erased[address / PAGE_BYTES] = false;
    const uint32_t cleared = *word_at(address) & ~word;
    if (model_power_fails()) {
        const uint32_t touched = model_is_torn() ? cleared : 0u; /* or it had hardly begun */
        make_unstable(address, touched);
        *word_at(address) &= ~(touched & next_noise());
        lose_power();
    }
    *word_at(address) &= word | (chip_model_suffers("operation-error") ? 0x100u : 0u);
    unstable[address / 4u] &= ~cleared;
    begin(WRITE_US);
}

uint32_t model_write(uint32_t address, uint32_t before, uint32_t value) {
    if (address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES) {
        flash_chip_write_word(address, value);
        return 0u;
    }
    switch (address) {
    case CONFIG:
        if (flash_chip_works()) {
            chip_model_object("the mode is changed while the flash works");
            return before;
        }
        if (value > 2u) {
            chip_model_object("erasing and programming are enabled together");
        }
        return value;
    case ERASEPAGEPARTIAL:
        erase_part(value);
        return 0u;
    case ERASEPAGEPARTIALCFG:
        if (flash_chip_works()) {
            chip_model_object("the parts' duration is changed while the flash works");
        }
        return value;
    default:
        return value;
    }
}

/* --- the power --- */

const char *model_objection(void) {
    return chip_model_objection();
}

void model_erase_all(void) {
    static bool has_flash;
    if (!has_flash) {
        has_flash = true;
        flash_model_init(ISO_HAL_FLASH_WRITE_BYTES);
    }
    for (uint32_t i = 0; i < ISO_HAL_FLASH_AREA_COUNT; i += 1u) {
        const iso_hal_flash_area area = (iso_hal_flash_area)i;
        const uint32_t first = iso_hal_flash_address(area) / PAGE_BYTES;
        for (uint32_t page = 0; page < iso_hal_flash_area_bytes(area) / PAGE_BYTES; page += 1u) {
            complete_erasure(first + page);
        }
    }
}

void model_start(void) {
    /* Flash is as it was. */
}

void model_put(iso_hal_flash_area area, uint32_t offset, const uint8_t *bytes, uint32_t count) {
    memcpy((uint8_t *)(uintptr_t)(iso_hal_flash_address(area) + offset), bytes, count);
}

#include "flash_model.h"

#include "cortex_m.h"
#include "chip_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LEAST_UNIT_BYTES 4u
#define MOST_UNIT_BYTES 32u
#define MOST_SECTOR_BYTES 0x20000u
/* Systems do not map the lowest pages: nothing in them is erased or programmed. */
#define LOWEST_MAPPED 0x10000u
#define FIRST_BYTE (MODEL_FLASH_ORIGIN < LOWEST_MAPPED ? LOWEST_MAPPED : MODEL_FLASH_ORIGIN)

flash_model_watch flash_watch;
static uint8_t *const flash = (uint8_t *)(uintptr_t)FIRST_BYTE;
static bool damaged[MODEL_FLASH_BYTES / LEAST_UNIT_BYTES];
static uint32_t unit;
static uint32_t fed_at;
static bool worked;
static uint32_t begun_at;
static uint32_t ended_at;
static uint32_t masks;

void flash_model_init(uint32_t unit_bytes) {
    unit = unit_bytes;
    const size_t bytes = MODEL_FLASH_ORIGIN + MODEL_FLASH_BYTES - FIRST_BYTE;
    void *where = mmap(flash, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (where != flash) {
        (void)fprintf(stderr, "there is no room at the flash's address\n");
        exit(1);
    }
    memset(flash, 0xFF, bytes);
}

void (*flash_model_worked)(uint8_t *cells, const uint8_t *before, uint32_t bytes);

/* memmove, for memcpy is watched. */
void flash_model_erase(uint32_t address, uint32_t bytes) {
    static uint8_t before[MOST_SECTOR_BYTES];
    memmove(before, (const uint8_t *)(uintptr_t)address, bytes);
    memset((uint8_t *)(uintptr_t)address, 0xFF, bytes);
    for (uint32_t at = address; at < address + bytes; at += unit) {
        damaged[(at - MODEL_FLASH_ORIGIN) / unit] = false;
    }
    if (flash_model_worked != NULL) {
        flash_model_worked((uint8_t *)(uintptr_t)address, before, bytes);
    }
}

bool flash_model_is_blank(uint32_t address) {
    const uint8_t *cells = (const uint8_t *)(uintptr_t)address;
    for (uint32_t i = 0; i < unit; i += 1u) {
        if (cells[i] != 0xFFu) {
            return false;
        }
    }
    return true;
}

void flash_model_program(uint32_t address, const uint32_t *words) {
    const bool blank = flash_model_is_blank(address);
    uint8_t *cells = (uint8_t *)(uintptr_t)address;
    const uint8_t *bytes = (const uint8_t *)words;
    uint8_t before[MOST_UNIT_BYTES];
    memmove(before, cells, unit);
    for (uint32_t i = 0; i < unit; i += 1u) {
        cells[i] = (uint8_t)(cells[i] & bytes[i]);
    }
    if (!blank) {
        flash_model_damage(address);
    }
    if (flash_model_worked != NULL) {
        flash_model_worked(cells, before, unit);
    }
}

void flash_model_damage(uint32_t address) {
    damaged[(address - MODEL_FLASH_ORIGIN) / unit] = true;
}

void flash_model_mend(void) {
    memset(damaged, 0, sizeof damaged);
}

bool flash_model_is_damaged(uint32_t address, size_t count) {
    const uint32_t first = (address - MODEL_FLASH_ORIGIN) / unit;
    const uint32_t last = (address - MODEL_FLASH_ORIGIN + (uint32_t)count - 1u) / unit;
    for (uint32_t i = first; i <= last; i += 1u) {
        if (damaged[i]) {
            return true;
        }
    }
    return false;
}

void flash_model_fed(void) {
    fed_at = chip_model_time();
}

void flash_model_watch_anew(void) {
    flash_watch = (flash_model_watch){0};
    ended_at = 0u;
}

static void note_change(bool works) {
    const uint32_t now = chip_model_time();
    if (works && ended_at != 0u &&
        (flash_watch.shortest_rest == 0u || now - ended_at < flash_watch.shortest_rest)) {
        flash_watch.shortest_rest = now - ended_at;
    }
    if (!works && now - begun_at > flash_watch.longest_work) {
        flash_watch.longest_work = now - begun_at;
    }
    *(works ? &begun_at : &ended_at) = now;
}

void flash_model_pass_time(void) {
    const bool works = flash_chip_works();
    if (works != worked) {
        worked = works;
        note_change(works);
    }
    if (!works) {
        fed_at = chip_model_time();
        return;
    }
    const uint32_t hunger = chip_model_time() - fed_at;
    if (hunger > flash_watch.longest_hunger) {
        flash_watch.longest_hunger = hunger;
    }
    flash_watch.masked = flash_watch.masked || masks > 0u;
}

uint32_t iso_cortex_mask(void) {
    masks += 1u;
    return 0u;
}

void iso_cortex_unmask(uint32_t mask) {
    (void)mask;
    chip_model_settle();
    masks -= 1u;
}

void iso_cortex_barrier(void) {
    chip_model_settle();
}

void iso_cortex_forget(uint32_t address, uint32_t count) {
    chip_model_settle();
    if (flash_chip_works()) {
        chip_model_object("caches are forgotten while the flash still works");
    }
    flash_watch.forgotten_first = address;
    flash_watch.forgotten_count = count;
}

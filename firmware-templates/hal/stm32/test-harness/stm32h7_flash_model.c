/* The flash of an STM32H743 (RM0433 4.3 and 4.9): two banks with registers of their own. Written
 * from the manual's words and not from the firmware's constants. */
#include "flash_model.h"
#include "chip_model.h"
#include "stm32h7_flash.h"

#include <string.h>

#define BANK_BYTES 0x100000u
#define UNIT_WORDS 8u
#define UNIT_BYTES 32u
#define SECTOR_BYTES 0x20000u
#define IWDG_KR 0x58004800u
/* Accesses that work takes. */
#define ERASE_TIME 5000u
#define PROGRAM_TIME 20u

typedef struct {
    uint32_t keys;
    bool wrong_key;
    uint32_t flags;
    uint32_t done_at; /* 0: it does not work */
    uint32_t unit;
    uint32_t words[UNIT_WORDS];
    uint32_t word_count;
} bank_state;

static bank_state banks[2];
static const uint32_t base[2] = {0x52002000u, 0x52002100u};

#define KEYR 0x04u
#define CR 0x0Cu
#define SR 0x10u
#define CCR 0x14u

uint32_t model_reset_value(uint32_t address) {
    return address == base[0] + CR || address == base[1] + CR ? 0x31u : 0u;
}

static uint32_t control(uint32_t bank) {
    return chip_model_stored(base[bank] + CR);
}

static bool works(uint32_t bank) {
    bank_state *state = &banks[bank];
    if (state->done_at != 0u && chip_model_time() >= state->done_at &&
        !chip_model_suffers("never-ready")) {
        state->done_at = 0u;
        state->flags |= 1u << 16;
        if (chip_model_suffers("operation-error")) {
            state->flags |= 1u << 22;
        }
    }
    return state->done_at != 0u;
}

bool flash_chip_works(void) {
    return works(0u) || works(1u);
}

bool flash_chip_is_locked(void) {
    return (control(0u) & 1u) != 0u && (control(1u) & 1u) != 0u;
}

/* The processor's copy, which goes on over the bus error. */
bool stm32h7_copy_from_flash(uint8_t *to, uint32_t from, size_t count) {
    chip_model_settle();
    if (flash_chip_works()) {
        chip_model_object("flash is read while it works");
    }
    memcpy(to, (const uint8_t *)(uintptr_t)from, count);
    return count == 0u || !flash_model_is_damaged(from, count);
}

uint32_t model_read(uint32_t address, uint32_t stored) {
    flash_model_pass_time();
    for (uint32_t bank = 0; bank < 2u; bank += 1u) {
        if (address == base[bank] + SR) {
            return banks[bank].flags | (works(bank) ? 5u : 0u);
        }
        if (address == base[bank] + KEYR || address == base[bank] + CCR) {
            return 0u;
        }
    }
    /* A word of flash: something that no test programs, so that each write is seen. */
    return address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES ? 0x9E3779B9u ^ address
           : address == IWDG_KR                             ? 0u
                                                            : stored;
}

static void unlock(uint32_t bank, uint32_t key) {
    bank_state *state = &banks[bank];
    const uint32_t expected = state->keys == 0u ? 0x45670123u : 0xCDEF89ABu;
    if (key != expected || state->wrong_key || (control(bank) & 1u) == 0u) {
        state->wrong_key = true;
        chip_model_object("a key is wrong");
        return;
    }
    state->keys += 1u;
    if (state->keys == 2u) {
        state->keys = 0u;
        chip_model_store(base[bank] + CR, control(bank) & ~1u);
    }
}

static void erase_sector(uint32_t bank, uint32_t value) {
    bank_state *state = &banks[bank];
    if ((value & 4u) == 0u) {
        state->flags |= 1u << 18;
        return;
    }
    const uint32_t sector = value >> 8 & 7u;
    if (chip_model_suffers("write-protection")) {
        state->flags |= 1u << 17;
        return;
    }
    flash_model_erase(MODEL_FLASH_ORIGIN + bank * BANK_BYTES + sector * SECTOR_BYTES, SECTOR_BYTES);
    state->done_at = chip_model_time() + ERASE_TIME;
    flash_model_pass_time();
}

static uint32_t write_control(uint32_t bank, uint32_t before, uint32_t value) {
    if (works(bank)) {
        chip_model_object("control is written while the bank works");
        return before;
    }
    if ((before & 1u) != 0u) {
        return before | (value & 1u);
    }
    if ((value & 1u << 7) != 0u) {
        erase_sector(bank, value);
    }
    return value & ~(1u << 7);
}

void flash_chip_write_word(uint32_t address, uint32_t word) {
    const uint32_t bank = (address - MODEL_FLASH_ORIGIN) / BANK_BYTES;
    bank_state *state = &banks[bank];
    const uint32_t at = address & ~(UNIT_BYTES - 1u);
    if ((control(bank) & 3u) != 2u || works(bank)) {
        state->flags |= 1u << 18;
        return;
    }
    if (state->word_count > 0u && at != state->unit) {
        state->flags |= 1u << 21;
        return;
    }
    state->unit = at;
    state->words[address % UNIT_BYTES / 4u] = word;
    state->word_count += 1u;
    if (state->word_count < UNIT_WORDS) {
        return;
    }
    state->word_count = 0u;
    if (chip_model_suffers("write-protection")) {
        state->flags |= 1u << 17;
        return;
    }
    if (!flash_model_is_blank(at)) {
        chip_model_object("a unit is programmed twice");
    }
    flash_model_program(at, state->words);
    state->done_at = chip_model_time() + PROGRAM_TIME;
}

uint32_t model_write(uint32_t address, uint32_t before, uint32_t value) {
    if (address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES) {
        flash_chip_write_word(address, value);
        return 0u;
    }
    for (uint32_t bank = 0; bank < 2u; bank += 1u) {
        if (address == base[bank] + KEYR) {
            unlock(bank, value);
            return 0u;
        }
        if (address == base[bank] + CR) {
            return write_control(bank, before, value);
        }
        if (address == base[bank] + CCR) {
            banks[bank].flags &= ~value;
            return 0u;
        }
    }
    if (address == IWDG_KR && value == 0xAAAAu) {
        flash_model_fed();
    }
    return value;
}

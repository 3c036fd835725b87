/* The flash of an STM32F405/407/446 (RM0090 3.4 to 3.9, RM0390 3.3 to 3.8): one bank with sectors
 * of three sizes, and the caches in front of it. Written from the manual's words and not from the
 * firmware's constants. */
#include "chip_model.h"
#include "flash_model.h"

#define ACR 0x40023C00u
#define KEYR 0x40023C04u
#define SR 0x40023C0Cu
#define CR 0x40023C10u
#define IWDG_KR 0x40003000u
/* Accesses that work takes. */
#define ERASE_TIME 5000u
#define PROGRAM_TIME 20u

static const uint32_t sector_kilobytes[] = {16u,  16u,  16u,  16u,  64u,  128u,
                                            128u, 128u, 128u, 128u, 128u, 128u};
#define SECTORS (sizeof sector_kilobytes / sizeof sector_kilobytes[0])

static uint32_t keys;
static bool wrong_key;
static uint32_t flags;
static uint32_t done_at; /* 0: it does not work */
static bool caches_are_stale;

/* Both caches on, as the start-up leaves them. */
uint32_t model_reset_value(uint32_t address) {
    return chip_model_suffers("no-controller") ? 0u
           : address == CR                     ? 1u << 31
           : address == ACR                    ? 0x705u
                                               : 0u;
}

/* It ends without a flag: that of the end is there for who asked for an interrupt (3.9.5). */
bool flash_chip_works(void) {
    if (done_at != 0u && chip_model_time() >= done_at && !chip_model_suffers("never-ready")) {
        done_at = 0u;
    }
    return done_at != 0u;
}

bool flash_chip_is_locked(void) {
    return chip_model_bit(CR, 31u);
}

void flash_chip_reset(void) {
    keys = 0u;
    wrong_key = false;
    flags = 0u;
    done_at = 0u;
    caches_are_stale = false;
}

void flash_chip_read(uint32_t address, uint8_t *bytes, size_t count) {
    (void)bytes;
    (void)address;
    (void)count;
    if (caches_are_stale) {
        chip_model_object("the caches have flash that was erased");
    }
}

uint32_t model_read(uint32_t address, uint32_t stored) {
    flash_model_pass_time();
    if (chip_model_suffers("no-controller")) {
        return 0u;
    }
    switch (address) {
    case SR:
        return flags | (flash_chip_works() ? 1u << 16 : 0u);
    case KEYR:
    case IWDG_KR:
        return 0u;
    default:
        /* A word of flash: something that no test programs, so that each write is seen. */
        return address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES ? 0x9E3779B9u ^ address : stored;
    }
}

static void unlock(uint32_t key) {
    if (key != (keys == 0u ? 0x45670123u : 0xCDEF89ABu) || wrong_key || !flash_chip_is_locked()) {
        wrong_key = true; /* until the next reset */
        chip_model_object("a key is wrong");
        return;
    }
    keys += 1u;
    if (keys == 2u) {
        keys = 0u;
        chip_model_store(CR, chip_model_stored(CR) & ~(1u << 31));
    }
}

static bool may_change(uint32_t control) {
    if (chip_model_suffers("write-protection")) {
        flags |= 1u << 4;
        return false;
    }
    if ((control >> 8 & 3u) > 2u) {
        chip_model_object("64 bits at once need another supply");
    }
    return true;
}

static void erase_sector(uint32_t control) {
    const uint32_t number = control >> 3 & 15u;
    uint32_t address = MODEL_FLASH_ORIGIN;
    if ((control & 7u) != 2u || number >= SECTORS || !may_change(control)) {
        return;
    }
    for (uint32_t i = 0; i < number; i += 1u) {
        address += sector_kilobytes[i] * 1024u;
    }
    flash_model_erase(address, sector_kilobytes[number] * 1024u);
    if (chip_model_suffers("operation-error")) {
        *(uint8_t *)(uintptr_t)(address + 17u) = 0xEFu;
    }
    caches_are_stale = (chip_model_stored(ACR) >> 9 & 3u) != 0u;
    done_at = chip_model_time() + ERASE_TIME;
    flash_model_pass_time();
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
        erase_sector(value);
    }
    return value & ~(1u << 16);
}

/* There is no error-correcting code: a word is programmed as often as one likes, and ones become
 * zeros. */
void flash_chip_write_word(uint32_t address, uint32_t word) {
    const uint32_t control = chip_model_stored(CR);
    if (control >> 31 != 0u || (control & 3u) != 1u || flash_chip_works()) {
        flags |= 1u << 7;
        return;
    }
    if ((control >> 8 & 3u) != 2u) {
        flags |= 1u << 6;
        return;
    }
    if (!may_change(control)) {
        return;
    }
    if (!flash_model_is_blank(address)) {
        chip_model_object("a word is programmed twice");
    }
    const uint32_t programmed = chip_model_suffers("operation-error") ? word | 1u << 3 : word;
    flash_model_program(address, &programmed);
    done_at = chip_model_time() + PROGRAM_TIME;
}

static void write_access(uint32_t value) {
    if ((value & 3u << 11) == 0u) {
        return;
    }
    if ((value & 3u << 9) != 0u) {
        chip_model_object("a cache is emptied while it is on");
    }
    if (flash_chip_works()) {
        chip_model_object("the caches are emptied while the flash still works");
    }
    caches_are_stale = caches_are_stale && (value >> 11 & 3u) != 3u;
}

uint32_t model_write(uint32_t address, uint32_t before, uint32_t value) {
    if (address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES) {
        flash_chip_write_word(address, value);
        return 0u;
    }
    if (chip_model_suffers("no-controller")) {
        return 0u;
    }
    switch (address) {
    case KEYR:
        unlock(value);
        return 0u;
    case CR:
        return write_control(before, value);
    case SR:
        flags &= ~value;
        return 0u;
    case ACR:
        write_access(value);
        return value;
    case IWDG_KR:
        if (value == 0xAAAAu) {
            flash_model_fed();
        }
        return 0u;
    default:
        return value;
    }
}

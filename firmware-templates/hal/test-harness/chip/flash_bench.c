/*
 * A family's flash driver on the model of its chip. In: a line for each request,
 *
 *     erase AREA OFFSET           program AREA OFFSET COUNT FIRST_BYTE
 *     read AREA OFFSET COUNT      damage AREA OFFSET
 *     image ADDRESS               store VALUE (of a log)
 *     load
 *
 * out: a line of JSON for each. Arguments: what the chip suffers from.
 */
#include "cortex_m.h"
#include "flash_model.h"
#include "iso_flash_log.h"
#include "iso_hal_flash.h"
#include "chip_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES 4096u

static uint32_t image_address = MODEL_FLASH_ORIGIN;

bool iso_cortex_image_lies_in(uint32_t first, uint32_t count) {
    return image_address - first < count;
}

/* So slow that a wait for ever has an end in a test. */
uint32_t iso_chip_core_hz(void);
uint32_t iso_chip_core_hz(void) {
    return 1000000u;
}

static bool program(iso_hal_flash_area area, uint32_t offset, uint32_t count, uint32_t first) {
    static uint8_t bytes[MOST_BYTES];
    for (uint32_t i = 0; i < count && i < MOST_BYTES; i += 1u) {
        bytes[i] = (uint8_t)(first + i * 7u);
    }
    return iso_hal_flash_program(area, offset, bytes, count);
}

static const iso_flash_log log = {.area = ISO_HAL_FLASH_CONFIGURATION, .mark = 0x31474F4Cu};

static bool log_store(uint32_t value) {
    const uint32_t words[ISO_FLASH_LOG_WORDS] = {value, value + 1u};
    return iso_flash_log_store(&log, words);
}

static bool log_load(uint32_t *value) {
    uint32_t words[ISO_FLASH_LOG_WORDS] = {0};
    const iso_flash_log_state state = iso_flash_log_load(&log, words);
    *value = words[0];
    return state == ISO_FLASH_LOG_WHOLE;
}

int main(int argument_count, char **arguments) {
    char name[16];
    unsigned long numbers[4];
    char line[128];
    for (int i = 1; i < argument_count; i += 1) {
        chip_model_suffer(arguments[i]);
    }
    flash_model_init(ISO_HAL_FLASH_WRITE_BYTES);
    while (fgets(line, (int)sizeof line, stdin) != NULL) {
        static uint8_t bytes[MOST_BYTES];
        memset(numbers, 0, sizeof numbers);
        if (sscanf(line, "%15s %li %li %li %li", name, (long *)&numbers[0], (long *)&numbers[1],
                   (long *)&numbers[2], (long *)&numbers[3]) < 1) {
            return 2;
        }
        const iso_hal_flash_area area = (iso_hal_flash_area)(numbers[0] % ISO_HAL_FLASH_AREA_COUNT);
        const uint32_t offset = (uint32_t)numbers[1];
        const uint32_t count = (uint32_t)numbers[2];
        uint32_t value = 0;
        bool done = true;
        flash_model_watch_anew();
        memset(bytes, 0, sizeof bytes);
        if (strcmp(name, "erase") == 0) {
            done = iso_hal_flash_erase(area, offset);
        } else if (strcmp(name, "program") == 0) {
            done = program(area, offset, count, (uint32_t)numbers[3]);
        } else if (strcmp(name, "read") == 0) {
            done = iso_hal_flash_read(area, offset, bytes, count < MOST_BYTES ? count : MOST_BYTES);
        } else if (strcmp(name, "damage") == 0) {
            flash_model_damage(iso_hal_flash_address(area) + offset);
        } else if (strcmp(name, "image") == 0) {
            image_address = (uint32_t)numbers[0];
        } else if (strcmp(name, "store") == 0) {
            done = log_store((uint32_t)numbers[0]);
        } else if (strcmp(name, "load") == 0) {
            done = log_load(&value);
        } else {
            return 2;
        }
        chip_model_settle();
        (void)printf(
            "{\"done\":%s,\"value\":%lu,\"hunger\":%lu,\"longestWork\":%lu,\"shortestRest\":%lu,"
            "\"masked\":%s,\"forgotten\":[%lu,%lu],\"locked\":%s,\"bytes\":[",
            done ? "true" : "false", (unsigned long)value,
            (unsigned long)flash_watch.longest_hunger, (unsigned long)flash_watch.longest_work,
            (unsigned long)flash_watch.shortest_rest, flash_watch.masked ? "true" : "false",
            (unsigned long)flash_watch.forgotten_first, (unsigned long)flash_watch.forgotten_count,
            flash_chip_is_locked() ? "true" : "false");
        for (uint32_t i = 0; strcmp(name, "read") == 0 && i < count && i < MOST_BYTES; i += 1u) {
            (void)printf("%s%u", i == 0u ? "" : ",", bytes[i]);
        }
        (void)printf("],");
        chip_model_print_objections();
        (void)printf("}\n");
    }
    return 0;
}

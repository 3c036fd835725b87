/* Stores with the power failing in every single byte that is erased or programmed, in a sector with
 * room and in one that is full. Prints how many cuts left the old words, and how many the new ones.
 */
#include "iso_flash_log.h"
#include "power_failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_OF_A_SECTOR 8u

static const iso_flash_log log = {.area = ISO_HAL_FLASH_CONFIGURATION, .mark = 0x31474F4Cu};

static void require(bool holds, const char *what) {
    if (!holds) {
        (void)printf("broken %s\n", what);
        exit(1);
    }
}

static bool holds(uint32_t value) {
    uint32_t words[ISO_FLASH_LOG_WORDS];
    const uint32_t expected[ISO_FLASH_LOG_WORDS] = {value, value + 1u, value + 2u, 0u, ~value};
    return iso_flash_log_load(&log, words) == ISO_FLASH_LOG_WHOLE &&
           memcmp(words, expected, sizeof words) == 0;
}

static bool store(uint32_t value) {
    const uint32_t words[ISO_FLASH_LOG_WORDS] = {value, value + 1u, value + 2u, 0u, ~value};
    return iso_flash_log_store(&log, words);
}

static uint32_t old_left;
static uint32_t new_left;

/* False when the power did not fail any more. */
static bool cut(uint32_t records_before, uint32_t operation, bool torn) {
    model_erase_all();
    model_cut_at(MODEL_NEVER, false);
    for (uint32_t i = 1; i < records_before; i += 1u) {
        require(store(10u) && holds(10u), "before");
    }
    require(store(20u) && holds(20u), "without a cut");
    model_cut_at(operation, torn);
    if (setjmp(model_power_failure) == 0) {
        require(store(30u) && holds(30u), "in the last round");
        return false;
    }
    model_cut_at(MODEL_NEVER, false);
    require(holds(20u) || holds(30u), "by a cut");
    if (holds(20u)) {
        old_left += 1u;
    } else {
        new_left += 1u;
    }
    require(store(40u) && holds(40u), "behind a cut");
    return true;
}

int main(void) {
    uint32_t words[ISO_FLASH_LOG_WORDS];
    model_erase_all();
    require(iso_flash_log_load(&log, words) == ISO_FLASH_LOG_NOTHING, "when blank");
    static const uint32_t records[] = {2u, RECORDS_OF_A_SECTOR, 2u * RECORDS_OF_A_SECTOR};
    for (uint32_t i = 0; i < 2u * sizeof records / sizeof records[0]; i += 1u) {
        for (uint32_t operation = 0; cut(records[i / 2u], operation, i % 2u != 0u);
             operation += 1u) {
        }
    }
    /* Both records, one byte each. */
    const uint8_t zero = 0u;
    model_erase_all();
    model_cut_at(MODEL_NEVER, false);
    require(store(50u) && store(60u), "at the end");
    model_put(ISO_HAL_FLASH_CONFIGURATION, 12u + 32u, &zero, 1u);
    require(holds(50u), "after the newest was damaged");
    model_put(ISO_HAL_FLASH_CONFIGURATION, 12u, &zero, 1u);
    require(iso_flash_log_load(&log, words) == ISO_FLASH_LOG_DAMAGED, "unnoticed");
    (void)printf("%u %u\n", (unsigned)old_left, (unsigned)new_left);
    return 0;
}

/* Stores with the power failing in every single byte that is erased or programmed. Prints how many
 * cuts left the old words, and how many the new ones. */
#include "flash_model.h"
#include "iso_kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds, const char *what) {
    if (!holds) {
        (void)printf("broken %s\n", what);
        exit(1);
    }
}

static bool holds(uint32_t value) {
    uint32_t words[ISO_KEPT_WORDS];
    const uint32_t expected[ISO_KEPT_WORDS] = {value, value + 1u, value + 2u, 0u, ~value};
    return iso_kept_load(words) == ISO_KEPT_WHOLE && memcmp(words, expected, sizeof words) == 0;
}

static bool store(uint32_t value) {
    const uint32_t words[ISO_KEPT_WORDS] = {value, value + 1u, value + 2u, 0u, ~value};
    return iso_kept_store(words);
}

static uint32_t old_left;
static uint32_t new_left;

/* False when the power did not fail any more. */
static bool cut(uint32_t operation, bool torn) {
    model_erase_all();
    model_cut_at(MODEL_NEVER, false);
    require(store(10u) && store(20u) && holds(20u), "without a cut");
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
    uint32_t words[ISO_KEPT_WORDS];
    model_erase_all();
    require(iso_kept_load(words) == ISO_KEPT_NOTHING, "when blank");
    for (int torn = 0; torn < 2; torn += 1) {
        for (uint32_t operation = 0; cut(operation, torn != 0); operation += 1u) {
        }
    }
    /* Both copies, one bit each. */
    const uint8_t zero = 0u;
    require(store(50u) && store(60u), "at the end");
    model_write(ISO_HAL_FLASH_CONFIGURATION, 12u, &zero, 1u);
    model_write(ISO_HAL_FLASH_CONFIGURATION, 12u + 256u, &zero, 1u);
    require(iso_kept_load(words) == ISO_KEPT_DAMAGED, "unnoticed");
    (void)printf("%u %u\n", (unsigned)old_left, (unsigned)new_left);
    return 0;
}

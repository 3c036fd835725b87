#include "stm32.h"

/* A poll takes 10 cycles at least (a read over the peripheral bus among them): 0.1 s and more at
 * the 16 MHz or less from which these chips start, 20 times what a crystal may take (2 ms typical,
 * DS10693 table 38). An H7 starts at 64 MHz, a fourth of that time. */
#define MOST_POLLS 160000u

bool stm32_becomes(uint32_t address, uint32_t mask, uint32_t value) {
    for (uint32_t poll = 0; poll < MOST_POLLS; poll += 1u) {
        if ((STM32_REGISTER(address) & mask) == value) {
            return true;
        }
    }
    return false;
}

bool stm32_becomes_slowly(uint32_t address, uint32_t mask, uint32_t value, uint32_t times) {
    bool is = false;
    for (uint32_t wait = 0; wait < times && !is; wait += 1u) {
        is = stm32_becomes(address, mask, value);
    }
    return is;
}

#include "stm32.h"
#include "stm32_family.h"

/* Peripherals lie 0x400 bytes apart, and the enable bits of their clocks are numbered in the same
 * order (RM0090 7.3.13-14, RM0390 6.3.13-14, RM0433 8.7, RM0456 11.8, against the memory maps): bit
 * n of the bus's register belongs to the n-th 0x400 bytes of the bus. */
#define BYTES_PER_PERIPHERAL 0x400u

void stm32_clock_peripheral(uint32_t address) {
    const bool second = address >= STM32_APB2_BASE;
    const uint32_t enable = second ? STM32_APB2_CLOCK_ENABLE : STM32_APB1_CLOCK_ENABLE;
    const uint32_t offset = address - (second ? STM32_APB2_BASE : STM32_APB1_BASE);
    STM32_REGISTER(enable) |= 1u << (offset / BYTES_PER_PERIPHERAL);
    (void)STM32_REGISTER(enable); /* two cycles go by before the clock runs */
}

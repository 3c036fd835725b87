#include "iso_hal.h"
#include "stm32.h"

/*
 * TIM2, a 32-bit timer at the same address in every family, counts freely. Its prescaler makes the
 * ticks that the board file promises, whichever oscillator runs. An emulator's timer knows nothing
 * of the clocks: its board file says what feeds it. (TIMx registers: RM0090 18.4, RM0390 17.4,
 * RM0433 39.4, RM0456 54.5.)
 */
#define TIM2_BASE 0x40000000u
#define TIM_CR1 0x00u
#define TIM_EGR 0x14u
#define TIM_PSC 0x28u
#define TIM_ARR 0x2Cu
#define TIM_CNT 0x24u
#define CR1_ENABLE (1u << 0)
#define EGR_UPDATE (1u << 0) /* takes the prescaler over at once */

const uint32_t iso_hal_ticks_per_second = ISO_BOARD_COUNTER_HZ;

void stm32_counter_init(uint32_t timer_clock_hz) {
#if defined(ISO_BOARD_COUNTER_CLOCK_HZ)
    timer_clock_hz = ISO_BOARD_COUNTER_CLOCK_HZ;
#endif
    stm32_clock_peripheral(TIM2_BASE);
    STM32_REGISTER(TIM2_BASE + TIM_PSC) = timer_clock_hz / ISO_BOARD_COUNTER_HZ - 1u;
    STM32_REGISTER(TIM2_BASE + TIM_ARR) = 0xFFFFFFFFu;
    STM32_REGISTER(TIM2_BASE + TIM_EGR) = EGR_UPDATE;
    STM32_REGISTER(TIM2_BASE + TIM_CR1) = CR1_ENABLE;
}

uint32_t iso_hal_ticks(void) {
    return STM32_REGISTER(TIM2_BASE + TIM_CNT);
}

/*
 * The start-up of a family on the model of its chip, and the cause of the last reset.
 *
 *     clock_bench start FAULT...     what runs afterwards, by the registers and by the firmware
 *     clock_bench reset FLAGS        the cause that is read from these flags
 *
 * Out: one line of JSON.
 */
#include "clock_model.h"
#include "iso_board.h"
#include "iso_chip.h"
#include "iso_chip_uart.h"
#include "iso_hal.h"
#include "stm32.h"
#include "stm32_family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIM2_PSC 0x40000028u
#define PINS_PER_PORT 16u

void iso_cortex_enable_caches(void);
void iso_cortex_enable_caches(void) {
}

static double rate_of_pin_mode(uint32_t pin) {
    const uint32_t port = STM32_GPIO_BASE + pin / PINS_PER_PORT * STM32_GPIO_PORT_BYTES;
    return (double)((chip_model_stored(port) >> (pin % PINS_PER_PORT * 2u)) & 3u);
}

static void start(void) {
    const iso_chip_uart link = {ISO_BOARD_LINK_BASE, ISO_BOARD_LINK_BAUD,
                                ISO_BOARD_LINK_TRANSMIT_PIN, ISO_BOARD_LINK_RECEIVE_PIN,
                                ISO_BOARD_LINK_PIN_FUNCTION};
    iso_chip_clock_init();
    iso_chip_uart_init(&link);
    chip_model_settle();
    const model_clocks clocks = model_clocks_now();
    const double uart_hz = link.base >= STM32_APB2_BASE ? clocks.apb2_hz : clocks.apb1_hz;
    const uint32_t divider = chip_model_stored(link.base + USART_BRR);
    const char *complaint = iso_hal_complaint();
    (void)printf("{\"complaint\":\"%s\",\"coreHz\":%lu,\"trueCoreHz\":%.0f,\"tickHz\":%lu,"
                 "\"trueTickHz\":%.0f,\"baud\":%lu,\"trueBaud\":%.0f,\"pinModes\":[%.0f,%.0f],",
                 complaint == NULL ? "" : complaint, (unsigned long)iso_chip_core_hz(),
                 clocks.core_hz, (unsigned long)iso_hal_ticks_per_second,
                 clocks.timer_hz / (chip_model_stored(TIM2_PSC) + 1u), (unsigned long)link.baud,
                 divider == 0u ? 0.0 : uart_hz / divider, rate_of_pin_mode(link.transmit_pin),
                 rate_of_pin_mode(link.receive_pin));
    chip_model_print_objections();
    (void)printf("}\n");
}

int main(int argument_count, char **arguments) {
    if (argument_count < 2) {
        return 2;
    }
    for (int i = 2; i < argument_count; i += 1) {
        chip_model_suffer(arguments[i]);
    }
    if (strcmp(arguments[1], "start") == 0) {
        start();
        return 0;
    }
    chip_model_store(STM32_RESET_FLAGS, (uint32_t)strtoul(arguments[2], NULL, 16));
    const iso_hal_reset_cause cause = iso_chip_take_reset_cause();
    chip_model_settle();
    (void)printf("{\"cause\":%d,\"flagsLeft\":%lu}\n", (int)cause,
                 (unsigned long)chip_model_stored(STM32_RESET_FLAGS));
    return 0;
}

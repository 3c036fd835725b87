#ifndef ISO_HAL_NRF52_H
#define ISO_HAL_NRF52_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_board.h"

/*
 * nRF52840. Sections are those of its Product Specification, v1.1. Of every peripheral, a task is a
 * register that 1 is written to, an event one that reads 1 once it has happened and is cleared by
 * writing 0 (6.1).
 */

#if !defined(NRF52_REGISTER) /* tests have registers of their own */
#define NRF52_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#endif

#define NRF52_CLOCK_BASE 0x40000000u
#define NRF52_POWER_BASE 0x40000000u /* shares its addresses with CLOCK, not its offsets */
#define NRF52_NVMC_BASE 0x4001E000u

/* Of 16 MHz timers and UARTs, whichever oscillator runs (5.4). */
#define NRF52_PERIPHERAL_CLOCK_HZ 16000000u

/* An event is gone once its register has been read back, not when it was written (6.1.8). */
static inline void nrf52_clear_event(uint32_t address) {
    NRF52_REGISTER(address) = 0u;
    (void)NRF52_REGISTER(address);
}

/* Of PIN_CNF (6.9.2): direction 0, input buffer disconnected 1, pull 3:2. */
typedef enum {
    NRF52_PIN_OUTPUT = 3, /* and its input buffer disconnected */
    NRF52_PIN_INPUT_PULLED_UP = 12
} nrf52_pin_mode;

/* Pins are numbered as in iso_board.h: 32 a port, P0.00 is 0, P1.00 is 32. */
void nrf52_pin_configure(uint32_t pin, nrf52_pin_mode mode);
void nrf52_pin_write(uint32_t pin, bool high);

/* Starts the timer behind iso_hal_ticks. */
void nrf52_counter_init(void);

#endif

#include "iso_hal.h"
#include "nrf52.h"

/*
 * TIMER0 counts freely, 32 bits wide. Its count cannot be read but must be captured. Where an
 * interrupt captures between the two steps of a reader, that reads the interrupt's count: later
 * than its own, and still of a moment within its call. (6.30.)
 */
#define TIMER0_BASE 0x40008000u
#define TIMER_START (TIMER0_BASE + 0x000u)
#define TIMER_STOP (TIMER0_BASE + 0x004u)
#define TIMER_CAPTURE_0 (TIMER0_BASE + 0x040u)
#define TIMER_MODE (TIMER0_BASE + 0x504u)
#define TIMER_BITMODE (TIMER0_BASE + 0x508u)
#define TIMER_PRESCALER (TIMER0_BASE + 0x510u)
#define TIMER_CC_0 (TIMER0_BASE + 0x540u)
#define MODE_TIMER 0u
#define BITMODE_32 3u

_Static_assert(ISO_BOARD_COUNTER_HZ == NRF52_PERIPHERAL_CLOCK_HZ, "the timer is not prescaled");
const uint32_t iso_hal_ticks_per_second = ISO_BOARD_COUNTER_HZ;

/* Behind a boot loader it runs already, and is set only while it stands. */
void nrf52_counter_init(void) {
    NRF52_REGISTER(TIMER_STOP) = 1u;
    NRF52_REGISTER(TIMER_MODE) = MODE_TIMER;
    NRF52_REGISTER(TIMER_BITMODE) = BITMODE_32;
    NRF52_REGISTER(TIMER_PRESCALER) = 0u;
    NRF52_REGISTER(TIMER_START) = 1u;
}

uint32_t iso_hal_ticks(void) {
    NRF52_REGISTER(TIMER_CAPTURE_0) = 1u;
    return NRF52_REGISTER(TIMER_CC_0);
}

#include "iso_board.h"

#if ISO_BOARD_HAS_AFE

#include "cortex_m.h"
#include "iso_hal_spi.h"
#include "nrf52_spi.h"

/*
 * One channel of GPIOTE watches the pin for falling edges (6.10). It uses the fast clock while it
 * does, as the port's sense signal would not: that one tells of a level, and of no edge that comes
 * while the processor is away.
 */
#define GPIOTE_IN_0 (NRF52_GPIOTE_BASE + 0x100u)
#define GPIOTE_INTENSET (NRF52_GPIOTE_BASE + 0x304u)
#define GPIOTE_INTENCLR (NRF52_GPIOTE_BASE + 0x308u)
#define GPIOTE_CONFIG_0 (NRF52_GPIOTE_BASE + 0x510u)
#define INTEN_IN_0 (1u << 0)
/* Mode 1:0, pin and port 13:8, polarity 17:16. */
#define CONFIG_EVENT 1u
#define CONFIG_PIN(pin) ((pin) << 8)
#define CONFIG_FALLING (2u << 16)

void nrf52_data_ready_init(void) {
    /* Held up: without a converter there are no edges. */
    nrf52_pin_configure(ISO_BOARD_AFE_DATA_READY_PIN, NRF52_PIN_INPUT_PULLED_UP);
    NRF52_REGISTER(GPIOTE_INTENCLR) = INTEN_IN_0;
    NRF52_REGISTER(GPIOTE_CONFIG_0) =
        CONFIG_EVENT | CONFIG_PIN(ISO_BOARD_AFE_DATA_READY_PIN) | CONFIG_FALLING;
    iso_cortex_set_priority(NRF52_DATA_READY_IRQ, CORTEX_PRIORITY_LATER);
    iso_cortex_enable_interrupt(NRF52_DATA_READY_IRQ);
}

void iso_hal_afe_listen(bool listen) {
    if (listen) {
        nrf52_clear_event(GPIOTE_IN_0); /* of an edge that nobody waited for */
        NRF52_REGISTER(GPIOTE_INTENSET) = INTEN_IN_0;
    } else {
        NRF52_REGISTER(GPIOTE_INTENCLR) = INTEN_IN_0;
    }
}

void nrf52_data_ready_interrupt(void) {
    if (NRF52_REGISTER(GPIOTE_IN_0) != 0u) {
        nrf52_clear_event(GPIOTE_IN_0);
        iso_afe_data_ready();
    }
}

#endif

#include "iso_board.h"

#if ISO_BOARD_HAS_AFE

#include "cortex_m.h"
#include "iso_hal_spi.h"
#include "iso_spi_pause.h"
#include "nrf52_spi.h"

#include <string.h>

/*
 * SPIM0, 1 or 2: both directions by EasyDMA, one interrupt at the end of an exchange, chip select
 * by the processor (6.25). SPIM3, the fast one, is left out: it can corrupt what it sends while the
 * processor writes to the same block of RAM (nRF52840 Errata, anomaly 198).
 */
#define SPIM(offset) NRF52_REGISTER(ISO_BOARD_AFE_SPI_BASE + (offset))
#define SPIM_START SPIM(0x010u)
#define SPIM_STOP SPIM(0x014u)
#define SPIM_STOPPED SPIM(0x104u)
#define SPIM_END_OFFSET 0x118u
#define SPIM_END SPIM(SPIM_END_OFFSET)
#define SPIM_INTENSET SPIM(0x304u)
#define SPIM_INTENCLR SPIM(0x308u)
#define SPIM_ENABLE SPIM(0x500u)
#define SPIM_PSEL_SCK SPIM(0x508u)
#define SPIM_PSEL_MOSI SPIM(0x50Cu)
#define SPIM_PSEL_MISO SPIM(0x510u)
#define SPIM_FREQUENCY SPIM(0x524u)
#define SPIM_RXD_PTR SPIM(0x534u)
#define SPIM_RXD_MAXCNT SPIM(0x538u)
#define SPIM_TXD_PTR SPIM(0x544u)
#define SPIM_TXD_MAXCNT SPIM(0x548u)
#define SPIM_CONFIG SPIM(0x554u)
#define INTEN_END (1u << 6)
#define ENABLE_SPIM 7u
#define CONFIG_MODE_1 (1u << 1) /* most significant bit first, trailing edge, idle low */

/* FREQUENCY (6.25.6): 8 MHz is bit 31, each bit below half of it, down to 125 kHz. */
#define FREQUENCY_8_MHZ 0x80000000u
#define FREQUENCY_125_KHZ 0x02000000u
#define FASTEST_HZ 8000000u

_Static_assert(ISO_BOARD_AFE_SPI_BASE == 0x40003000u || ISO_BOARD_AFE_SPI_BASE == 0x40004000u ||
                   ISO_BOARD_AFE_SPI_BASE == 0x40023000u,
               "SPIM0, SPIM1 or SPIM2");

#define HOLD_TICKS ISO_SPI_PAUSE_TICKS(ISO_HAL_SPI_HOLD_NS)
#define PAUSE_TICKS ISO_SPI_PAUSE_TICKS(ISO_HAL_SPI_PAUSE_NS)
/* A hundred times what the slowest exchange takes, and what a stop may. */
#define EXCHANGE_TICKS (ISO_BOARD_COUNTER_HZ / 500u)
#define STOP_TICKS (ISO_BOARD_COUNTER_HZ / 10000u)

static volatile bool runs;
static uint32_t deselected_tick;
/* EasyDMA reads RAM only: constants of the caller's would lie in flash. */
static uint8_t waited_out[ISO_HAL_SPI_MOST_BYTES];
static uint8_t waited_in[ISO_HAL_SPI_MOST_BYTES];

static void select_chip(void) {
    iso_spi_pause(deselected_tick, PAUSE_TICKS);
    nrf52_pin_write(ISO_BOARD_AFE_SELECT_PIN, false);
}

static void deselect_chip(void) {
    nrf52_pin_write(ISO_BOARD_AFE_SELECT_PIN, true);
    deselected_tick = iso_hal_ticks();
}

static uint32_t frequency_of(uint32_t most_hz) {
    uint32_t frequency = FREQUENCY_8_MHZ;
    uint32_t hz = FASTEST_HZ;
    while (hz > most_hz && frequency > FREQUENCY_125_KHZ) {
        frequency >>= 1;
        hz /= 2u;
    }
    return frequency;
}

void iso_hal_spi_init(uint32_t most_hz) {
    static const uint32_t outputs_low[] = {
        ISO_BOARD_AFE_RESET_PIN, ISO_BOARD_AFE_POWER_DOWN_PIN, ISO_BOARD_AFE_START_PIN,
        ISO_BOARD_AFE_CLOCK_PIN, ISO_BOARD_AFE_OUTPUT_PIN,
    };
    for (uint32_t i = 0; i < sizeof outputs_low / sizeof outputs_low[0]; i += 1u) {
        nrf52_pin_write(outputs_low[i], false);
        nrf52_pin_configure(outputs_low[i], NRF52_PIN_OUTPUT);
    }
    deselect_chip();
    nrf52_pin_configure(ISO_BOARD_AFE_SELECT_PIN, NRF52_PIN_OUTPUT);
    /* Held up: a converter that is not there reads as all ones. */
    nrf52_pin_configure(ISO_BOARD_AFE_INPUT_PIN, NRF52_PIN_INPUT_PULLED_UP);
    SPIM_PSEL_SCK = ISO_BOARD_AFE_CLOCK_PIN;
    SPIM_PSEL_MOSI = ISO_BOARD_AFE_OUTPUT_PIN;
    SPIM_PSEL_MISO = ISO_BOARD_AFE_INPUT_PIN;
    SPIM_FREQUENCY =
        frequency_of(most_hz < ISO_BOARD_AFE_SPI_MOST_HZ ? most_hz : ISO_BOARD_AFE_SPI_MOST_HZ);
    SPIM_CONFIG = CONFIG_MODE_1;
    SPIM_ENABLE = ENABLE_SPIM;
    iso_cortex_set_priority(NRF52_EXCHANGE_IRQ, CORTEX_PRIORITY_LATER);
    iso_cortex_enable_interrupt(NRF52_EXCHANGE_IRQ);
    nrf52_data_ready_init();
}

void iso_hal_afe_write_pin(iso_hal_afe_pin pin, bool high) {
    static const uint32_t pins[] = {
        [ISO_HAL_AFE_RESET] = ISO_BOARD_AFE_RESET_PIN,
        [ISO_HAL_AFE_POWER_DOWN] = ISO_BOARD_AFE_POWER_DOWN_PIN,
        [ISO_HAL_AFE_START] = ISO_BOARD_AFE_START_PIN,
    };
    nrf52_pin_write(pins[pin], high);
}

static void start(const uint8_t *out, uint8_t *in, size_t count) {
    nrf52_clear_event(ISO_BOARD_AFE_SPI_BASE + SPIM_END_OFFSET);
    SPIM_TXD_PTR = (uint32_t)(uintptr_t)out;
    SPIM_TXD_MAXCNT = (uint32_t)count;
    SPIM_RXD_PTR = (uint32_t)(uintptr_t)in;
    SPIM_RXD_MAXCNT = (uint32_t)count;
    select_chip();
    /* The buffer must be in memory before EasyDMA reads it. */
    __asm volatile("" ::: "memory");
    SPIM_START = 1u;
}

static void finish(void) {
    iso_spi_pause(iso_hal_ticks(), HOLD_TICKS);
    deselect_chip();
    runs = false;
}

bool iso_hal_spi_exchange(const uint8_t *out, uint8_t *in, size_t count) {
    memcpy(waited_out, out, count);
    SPIM_INTENCLR = INTEN_END;
    start(waited_out, waited_in, count);
    const uint32_t begun = iso_hal_ticks();
    while (SPIM_END == 0u) {
        if (iso_hal_ticks() - begun > EXCHANGE_TICKS) {
            iso_hal_spi_abort();
            return false;
        }
    }
    finish();
    memcpy(in, waited_in, count);
    return true;
}

bool iso_hal_spi_begin(const uint8_t *out, uint8_t *in, size_t count) {
    if (runs) {
        return false;
    }
    runs = true;
    start(out, in, count);
    SPIM_INTENSET = INTEN_END;
    return true;
}

void nrf52_exchange_interrupt(void) {
    const bool ended = SPIM_END != 0u;
    nrf52_clear_event(ISO_BOARD_AFE_SPI_BASE + SPIM_END_OFFSET);
    if (!runs || !ended) {
        return; /* it was given up after the interrupt was raised */
    }
    finish();
    iso_afe_exchange_done();
}

void iso_hal_spi_abort(void) {
    runs = false; /* from here on its end is none, should it interrupt */
    SPIM_INTENCLR = INTEN_END;
    SPIM_STOPPED = 0u;
    SPIM_STOP = 1u;
    const uint32_t begun = iso_hal_ticks();
    while (SPIM_STOPPED == 0u && iso_hal_ticks() - begun <= STOP_TICKS) {
    }
    SPIM_ENABLE = 0u;
    nrf52_clear_event(ISO_BOARD_AFE_SPI_BASE + SPIM_END_OFFSET);
    SPIM_ENABLE = ENABLE_SPIM;
    finish();
}

#endif

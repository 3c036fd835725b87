#include "iso_board.h"

#if ISO_BOARD_HAS_AFE

#include "cortex_m.h"
#include "iso_hal_spi.h"
#include "iso_spi_pause.h"
#include "stm32.h"
#include "stm32_family.h"
#include "stm32_spi.h"

/*
 * SPI with one DMA stream for each direction; the last byte received interrupts. Commands before
 * conversions run go byte by byte. (SPI: RM0090 28.5, RM0390 26.7; DMA: RM0090 10.5, RM0390 9.5.)
 */
#define SPI_CR1 STM32_REGISTER(ISO_BOARD_AFE_SPI_BASE + 0x00u)
#define SPI_CR2 STM32_REGISTER(ISO_BOARD_AFE_SPI_BASE + 0x04u)
#define SPI_SR STM32_REGISTER(ISO_BOARD_AFE_SPI_BASE + 0x08u)
#define SPI_DR_ADDRESS (ISO_BOARD_AFE_SPI_BASE + 0x0Cu)
#define SPI_DR STM32_REGISTER(SPI_DR_ADDRESS)
#define CR1_TRAILING_EDGE (1u << 0)
#define CR1_MASTER (1u << 2)
#define CR1_DIVIDER_SHIFT 3u
#define CR1_ENABLE (1u << 6)
#define CR1_SELECTED_BY_SOFTWARE (3u << 8) /* SSI and SSM: the pin NSS is not looked at */
#define CR2_RECEIVE_DMA (1u << 0)
#define CR2_TRANSMIT_DMA (1u << 1)
#define SR_RECEIVED (1u << 0)

#define DMA_STREAM(stream) (STM32_AFE_DMA_BASE + 0x10u + 0x18u * (stream))
#define RECEIVE_STREAM DMA_STREAM(STM32_AFE_RECEIVE_STREAM)
#define TRANSMIT_STREAM DMA_STREAM(STM32_AFE_TRANSMIT_STREAM)
#define DMA_SCR(stream) STM32_REGISTER((stream) + 0x00u)
#define DMA_SNDTR(stream) STM32_REGISTER((stream) + 0x04u)
#define DMA_SPAR(stream) STM32_REGISTER((stream) + 0x08u)
#define DMA_SM0AR(stream) STM32_REGISTER((stream) + 0x0Cu)
#define SCR_ENABLE (1u << 0)
#define SCR_COMPLETE_INTERRUPT (1u << 4)
#define SCR_FROM_MEMORY (1u << 6)
#define SCR_NEXT_BYTE (1u << 10) /* of the memory; both sides are bytes wide */
#define SCR_CHANNEL (STM32_AFE_DMA_CHANNEL << 25)

/* Flags of four streams in one register, of which the second pair lies 16 bits up. */
#define DMA_STATUS(stream) STM32_REGISTER(STM32_AFE_DMA_BASE + (stream) / 4u * 4u)
#define DMA_CLEAR(stream) STM32_REGISTER(STM32_AFE_DMA_BASE + 0x08u + (stream) / 4u * 4u)
#define FLAGS_SHIFT(stream) ((stream) % 4u / 2u * 16u + (stream) % 2u * 6u)
#define ALL_FLAGS 0x3Du
#define COMPLETE_FLAG (1u << 5)

#define HOLD_TICKS ISO_SPI_PAUSE_TICKS(ISO_HAL_SPI_HOLD_NS)
#define PAUSE_TICKS ISO_SPI_PAUSE_TICKS(ISO_HAL_SPI_PAUSE_NS)
/* Ten times what the slowest exchange takes. */
#define EXCHANGE_TICKS (ISO_BOARD_COUNTER_HZ / 500u)
#define SLOWEST_DIVIDER 7u /* by 256 */

static volatile bool runs;
static uint32_t deselected_tick;

static void select_chip(void) {
    iso_spi_pause(deselected_tick, PAUSE_TICKS);
    stm32_pin_write(ISO_BOARD_AFE_SELECT_PIN, false);
}

static void deselect_chip(void) {
    stm32_pin_write(ISO_BOARD_AFE_SELECT_PIN, true);
    deselected_tick = iso_hal_ticks();
}

static uint32_t divider_of(uint32_t most_hz) {
    uint32_t divider = 0u; /* by 2 */
    while (stm32_bus_hz(ISO_BOARD_AFE_SPI_BASE) >> (divider + 1u) > most_hz &&
           divider < SLOWEST_DIVIDER) {
        divider += 1u;
    }
    return divider;
}

void iso_hal_spi_init(uint32_t most_hz) {
    static const uint32_t outputs_low[] = {ISO_BOARD_AFE_RESET_PIN, ISO_BOARD_AFE_POWER_DOWN_PIN,
                                           ISO_BOARD_AFE_START_PIN};
    static const uint32_t bus_outputs[] = {ISO_BOARD_AFE_CLOCK_PIN, ISO_BOARD_AFE_OUTPUT_PIN};
    for (uint32_t i = 0; i < sizeof outputs_low / sizeof outputs_low[0]; i += 1u) {
        stm32_pin_configure(outputs_low[i], STM32_PIN_OUTPUT, STM32_PULL_NONE, 0u);
        stm32_pin_write(outputs_low[i], false);
    }
    /* First an input that is held up, for its port may have no clock yet: never low in between. */
    stm32_pin_configure(ISO_BOARD_AFE_SELECT_PIN, STM32_PIN_INPUT, STM32_PULL_UP, 0u);
    deselect_chip();
    stm32_pin_configure(ISO_BOARD_AFE_SELECT_PIN, STM32_PIN_OUTPUT, STM32_PULL_NONE, 0u);
    stm32_clock_peripheral(ISO_BOARD_AFE_SPI_BASE);
    STM32_REGISTER(STM32_DMA_CLOCK_ENABLE) |=
        STM32_AFE_DMA_BASE == STM32_DMA1_BASE ? STM32_DMA1_CLOCK : STM32_DMA2_CLOCK;
    (void)STM32_REGISTER(STM32_DMA_CLOCK_ENABLE); /* two cycles go by before the clock runs */
    SPI_CR1 = CR1_TRAILING_EDGE | CR1_MASTER | CR1_SELECTED_BY_SOFTWARE |
              divider_of(most_hz < ISO_BOARD_AFE_SPI_MOST_HZ ? most_hz : ISO_BOARD_AFE_SPI_MOST_HZ)
                  << CR1_DIVIDER_SHIFT;
    SPI_CR1 |= CR1_ENABLE;
    for (uint32_t i = 0; i < sizeof bus_outputs / sizeof bus_outputs[0]; i += 1u) {
        stm32_pin_configure(bus_outputs[i], STM32_PIN_FUNCTION, STM32_PULL_NONE,
                            ISO_BOARD_AFE_SPI_PIN_FUNCTION);
    }
    /* Held up: a converter that is not there reads as all ones. */
    stm32_pin_configure(ISO_BOARD_AFE_INPUT_PIN, STM32_PIN_FUNCTION, STM32_PULL_UP,
                        ISO_BOARD_AFE_SPI_PIN_FUNCTION);
    iso_cortex_set_priority(STM32_EXCHANGE_IRQ, CORTEX_PRIORITY_LATER);
    iso_cortex_enable_interrupt(STM32_EXCHANGE_IRQ);
    stm32_data_ready_init();
}

void iso_hal_afe_write_pin(iso_hal_afe_pin pin, bool high) {
    static const uint32_t pins[] = {
        [ISO_HAL_AFE_RESET] = ISO_BOARD_AFE_RESET_PIN,
        [ISO_HAL_AFE_POWER_DOWN] = ISO_BOARD_AFE_POWER_DOWN_PIN,
        [ISO_HAL_AFE_START] = ISO_BOARD_AFE_START_PIN,
    };
    stm32_pin_write(pins[pin], high);
}

static void finish(void) {
    iso_spi_pause(iso_hal_ticks(), HOLD_TICKS);
    deselect_chip();
    runs = false;
}

bool iso_hal_spi_exchange(const uint8_t *out, uint8_t *in, size_t count) {
    select_chip();
    const uint32_t begun = iso_hal_ticks();
    for (size_t i = 0; i < count; i += 1u) {
        SPI_DR = out[i];
        while ((SPI_SR & SR_RECEIVED) == 0u) {
            if (iso_hal_ticks() - begun > EXCHANGE_TICKS) {
                iso_hal_spi_abort();
                return false;
            }
        }
        in[i] = (uint8_t)SPI_DR;
    }
    finish();
    return true;
}

static void clear_flags(void) {
    DMA_CLEAR(STM32_AFE_RECEIVE_STREAM) = ALL_FLAGS << FLAGS_SHIFT(STM32_AFE_RECEIVE_STREAM);
    DMA_CLEAR(STM32_AFE_TRANSMIT_STREAM) = ALL_FLAGS << FLAGS_SHIFT(STM32_AFE_TRANSMIT_STREAM);
}

static void start_stream(uint32_t stream, uintptr_t memory, size_t count, uint32_t settings) {
    DMA_SPAR(stream) = SPI_DR_ADDRESS;
    DMA_SM0AR(stream) = (uint32_t)memory;
    DMA_SNDTR(stream) = (uint32_t)count;
    DMA_SCR(stream) = SCR_CHANNEL | SCR_NEXT_BYTE | settings;
    DMA_SCR(stream) |= SCR_ENABLE;
}

bool iso_hal_spi_begin(const uint8_t *out, uint8_t *in, size_t count) {
    if (runs) {
        return false;
    }
    runs = true;
    clear_flags(); /* a stream with a flag set does not start */
    select_chip();
    /* The buffer must be in memory before the DMA reads it. */
    __asm volatile("" ::: "memory");
    /* In this order (RM0090 28.3.9): the first request to send starts the clock. */
    SPI_CR2 = CR2_RECEIVE_DMA;
    start_stream(RECEIVE_STREAM, (uintptr_t)in, count, SCR_COMPLETE_INTERRUPT);
    start_stream(TRANSMIT_STREAM, (uintptr_t)out, count, SCR_FROM_MEMORY);
    SPI_CR2 = CR2_RECEIVE_DMA | CR2_TRANSMIT_DMA;
    return true;
}

void stm32_exchange_interrupt(void) {
    const uint32_t flags =
        DMA_STATUS(STM32_AFE_RECEIVE_STREAM) >> FLAGS_SHIFT(STM32_AFE_RECEIVE_STREAM);
    clear_flags();
    if (!runs || (flags & COMPLETE_FLAG) == 0u) {
        return; /* it was given up after the interrupt was raised */
    }
    SPI_CR2 = 0u;
    finish();
    iso_afe_exchange_done();
}

static void stop_stream(uint32_t stream) {
    DMA_SCR(stream) = 0u;
    /* It ends the byte that is under way. */
    (void)stm32_becomes(stream, SCR_ENABLE, 0u);
}

void iso_hal_spi_abort(void) {
    runs = false; /* from here on its end is none, should it interrupt */
    SPI_CR2 = 0u;
    stop_stream(TRANSMIT_STREAM);
    stop_stream(RECEIVE_STREAM);
    clear_flags();
    SPI_CR1 &= ~CR1_ENABLE;
    /* A byte that was received, and the flag of those that were lost behind it: in this order. */
    (void)(uint32_t)SPI_DR;
    (void)(uint32_t)SPI_SR;
    SPI_CR1 |= CR1_ENABLE;
    finish();
}

#endif

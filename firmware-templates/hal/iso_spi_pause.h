#ifndef ISO_SPI_PAUSE_H
#define ISO_SPI_PAUSE_H

#include "iso_board.h"
#include "iso_hal.h"

/* For SPI drivers: the few clocks of a converter between edges of chip select and of the bus. */

#define ISO_SPI_PAUSE_TICKS(ns)                                                                    \
    ((uint32_t)(((uint64_t)ISO_BOARD_COUNTER_HZ * (ns) + 999999999u) / 1000000000u))

/* Until so many whole ticks have gone by since that one. */
static inline void iso_spi_pause(uint32_t since_tick, uint32_t ticks) {
    while (iso_hal_ticks() - since_tick <= ticks) {
    }
}

#endif

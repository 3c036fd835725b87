#ifndef ISO_CHIP_INTERRUPTS_H
#define ISO_CHIP_INTERRUPTS_H

#include "iso_board.h"

/* One interrupt a USART, for both directions. */
#if ISO_BOARD_HAS_INJECT
#define ISO_CHIP_INTERRUPTS                                                                        \
    [ISO_BOARD_LINK_RECEIVE_IRQ] = iso_cortex_link_interrupt, [ISO_BOARD_INJECT_RECEIVE_IRQ] =     \
                                                                  iso_cortex_inject_interrupt
#else
#define ISO_CHIP_INTERRUPTS [ISO_BOARD_LINK_RECEIVE_IRQ] = iso_cortex_link_interrupt
#endif

#endif

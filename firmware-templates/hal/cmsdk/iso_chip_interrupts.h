#ifndef ISO_CHIP_INTERRUPTS_H
#define ISO_CHIP_INTERRUPTS_H

/* Each direction of a UART has an interrupt of its own. */
#define ISO_CHIP_INTERRUPTS                                                                        \
    [ISO_BOARD_LINK_RECEIVE_IRQ] = iso_cortex_link_interrupt,                                      \
    [ISO_BOARD_LINK_TRANSMIT_IRQ] = iso_cortex_link_interrupt,                                     \
    [ISO_BOARD_INJECT_RECEIVE_IRQ] = iso_cortex_inject_interrupt,                                  \
    [ISO_BOARD_INJECT_TRANSMIT_IRQ] = iso_cortex_inject_interrupt

/* The watchdog's is the one that nothing masks. */
#define ISO_CHIP_WATCHDOG_EXCEPTION 2u

#endif

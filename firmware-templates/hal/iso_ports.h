#ifndef ISO_PORTS_H
#define ISO_PORTS_H

#include "iso_hal.h"
#include "iso_ring.h"

/*
 * What the ports of every chip family have in common: rings, and what the application asks of them
 * (ports.c). The family moves the bytes between rings and hardware.
 */

typedef struct {
    iso_ring receive;
    iso_ring transmit;
    volatile uint32_t overruns;
} iso_port_rings;

/* The family's. A port that the board does not have keeps empty rings: nothing comes and nothing
 * fits. */
iso_port_rings *iso_ports_rings(iso_hal_port port);
/* The family's: a frame was put into the transmit ring. */
void iso_ports_transmit(iso_hal_port port);
/* Whether a port has received what the application has not read. */
bool iso_ports_bytes_wait(void);

#endif

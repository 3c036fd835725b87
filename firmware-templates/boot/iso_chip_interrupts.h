#ifndef ISO_CHIP_INTERRUPTS_H
#define ISO_CHIP_INTERRUPTS_H

/* The boot loader takes no interrupt, in the place of the chip family's own list. */
#define ISO_CHIP_INTERRUPTS 0

#endif

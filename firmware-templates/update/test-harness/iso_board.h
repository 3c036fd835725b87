#ifndef ISO_BOARD_H
#define ISO_BOARD_H

/* The board of the flash model in power_cuts.c. */
#define ISO_BOARD_NAME "model"
#ifndef ISO_BOARD_FLASH_WRITE_BYTES
#define ISO_BOARD_FLASH_WRITE_BYTES 8u
#endif

#endif

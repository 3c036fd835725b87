#include "iso_board.h"

/* By which a programmer knows an image of another board before it writes it
 * (host/flash/board-mark.ts). */
extern const char iso_board_mark[];
__attribute__((section(".board_mark"), used)) const char iso_board_mark[] =
    "isochrone-board:" ISO_BOARD_NAME;

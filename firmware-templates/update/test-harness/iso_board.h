#ifndef ISO_BOARD_H
#define ISO_BOARD_H

/* The board of the flash model in power_cuts.c. */
#define ISO_BOARD_NAME "model"
#ifndef ISO_BOARD_FLASH_WRITE_BYTES
#define ISO_BOARD_FLASH_WRITE_BYTES 8u
#endif
#ifndef ISO_BOARD_FLASH_AREAS
/* In the order of iso_hal_flash_area: where, how many bytes, in sectors of how many. */
#define ISO_BOARD_FLASH_AREAS                                                                      \
    {                                                                                              \
        {0x10000u, 4096u, 1024u}, {0x20000u, 4096u, 1024u}, {0x30000u, 512u, 256u}, {              \
            0x40000u, 512u, 256u                                                                   \
        }                                                                                          \
    }
#endif

#endif

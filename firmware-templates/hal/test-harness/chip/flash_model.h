#ifndef ISO_FLASH_MODEL_OF_CHIPS_H
#define ISO_FLASH_MODEL_OF_CHIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The board's flash at its address (MODEL_FLASH_ORIGIN and MODEL_FLASH_BYTES, by the compiler's
 * -D), so that it is read as on the chip; what is written there by registers' accesses comes to the
 * chip's model. Units whose work was cut short are damaged: who reads them is told so, in the
 * chip's own way.
 */

void flash_model_init(uint32_t unit_bytes);
/* A sector is as after its erasure. */
void flash_model_erase(uint32_t address, uint32_t bytes);
bool flash_model_is_blank(uint32_t address);
/* Ones become zeros. A unit that is not blank comes out damaged. */
void flash_model_program(uint32_t address, const uint32_t *words);
void flash_model_damage(uint32_t address);
/* No unit is damaged any more. */
void flash_model_mend(void);
bool flash_model_is_damaged(uint32_t address, size_t count);

/* After each work, an erasure or the programming of a unit: where, and what was there before. Not
 * for a chip whose power is cut in its own model. */
extern void (*flash_model_worked)(uint8_t *cells, const uint8_t *before, uint32_t bytes);

/* Of the chip: what an access in the flash does, and whether the flash works. */
void flash_chip_write_word(uint32_t address, uint32_t word);
bool flash_chip_works(void);
bool flash_chip_is_locked(void);
/* As a reset leaves the controller; of chips whose power flash_cuts.c cuts. */
void flash_chip_reset(void);
/* The driver has read these bytes by memcpy, which watched_reads.c sees. */
void flash_chip_read(uint32_t address, uint8_t *bytes, size_t count);

/* Of one request, times in accesses. */
typedef struct {
    uint32_t longest_hunger; /* that the flash worked without the watchdog being fed */
    uint32_t longest_work;   /* at once */
    uint32_t shortest_rest;  /* between two works; 0: there was one at most */
    bool masked;             /* it was made to work with interrupts off */
    /* Of the flash in the caches, taken out of them. */
    uint32_t forgotten_first;
    uint32_t forgotten_count;
} flash_model_watch;

extern flash_model_watch flash_watch;
void flash_model_watch_anew(void);
void flash_model_fed(void);
void flash_model_pass_time(void);

#endif

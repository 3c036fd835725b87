#ifndef ISO_HAL_STM32_FLASH_H
#define ISO_HAL_STM32_FLASH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the flash of the STM32 families has in common: where it lies, the keys that open its
 * controller, and how its work is begun and waited for. A family's flash.c does the rest.
 */
#define STM32_FLASH_ORIGIN 0x08000000u

/* A controller, or that of one bank. */
typedef struct {
    uint32_t key; /* addresses of registers */
    uint32_t control;
    uint32_t status;
    uint32_t clear; /* clears the flags that are written to it as 1 */
    uint32_t lock;  /* bits: of the control register */
    uint32_t works; /* of the status register, and the next two, too */
    uint32_t errors;
    uint32_t end;
} stm32_flash_controller;

/* When its last work is done, without the errors of that. False: it does not come to an end, or
 * what is there cannot be locked and opened, and is no controller: an emulator's, for instance. */
bool stm32_flash_unlock(const stm32_flash_controller *of);
/* Writes what starts the work, and gives the status when it is done, or has not become so in time.
 * It lies in RAM, for the flash cannot be read while it works, and feeds the watchdog. */
uint32_t stm32_flash_work(uint32_t status, uint32_t works, uint32_t address, uint32_t value,
                          uint32_t most_polls);
/* Polls of stm32_flash_work in a time. */
uint32_t stm32_flash_polls(uint32_t seconds);
/* Locks it again; whether the work came to its end without an error. */
bool stm32_flash_finish(const stm32_flash_controller *of, uint32_t status);

/* The family's: one unit, of ISO_HAL_FLASH_WRITE_BYTES. */
bool stm32_flash_program_unit(uint32_t address, const uint8_t *bytes);

#endif

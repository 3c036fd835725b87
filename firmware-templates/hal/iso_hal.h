#ifndef ISO_HAL_H
#define ISO_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the application needs of a chip. One folder per chip family implements it. Nothing here
 * blocks but iso_hal_wait, and nothing allocates.
 */

typedef enum {
    ISO_HAL_PORT_LINK = 0,   /* the wire to the host */
    ISO_HAL_PORT_INJECT = 1, /* samples in place of a front end: emulators and benches */
    ISO_HAL_PORT_COUNT = 2
} iso_hal_port;

/* What ended the run before; on the wire as it is here. */
typedef enum {
    ISO_HAL_RESET_POWER_ON = 0,
    ISO_HAL_RESET_SOFTWARE = 1,
    ISO_HAL_RESET_FAULT = 2,
    ISO_HAL_RESET_WATCHDOG = 3,
    ISO_HAL_RESET_BROWN_OUT = 4,
    ISO_HAL_RESET_PIN = 5,
    /* Memory was kept and nobody said why, on a chip that does not say either. */
    ISO_HAL_RESET_UNANNOUNCED = 6
} iso_hal_reset_cause;

/* What the processor knew when it faulted, or when the watchdog found it hanging; survives the
 * reset that follows. Of 64-bit addresses the lower halves: a program lies below 4 GB. */
typedef struct {
    uint32_t program_counter;
    uint32_t link_register;
    /* Cortex-M exception number: the fault's; of a hang that in which it hung. Linux: the signal's
     * number, 0 of a hang. */
    uint32_t exception;
    uint32_t configurable_fault_status; /* Linux: si_code */
    uint32_t fault_address;
    uint32_t stack_overrun; /* 1: the stack had left RAM, a chip does not know the two registers */
    uint32_t build_id; /* of the image it was: after a failed update not of the one that tells it */
} iso_hal_crash;

typedef struct {
    uint32_t receive_overruns; /* bytes lost because the receive ring was full */
    uint32_t receive_high_water;
    uint32_t transmit_high_water;
} iso_hal_port_counters;

void iso_hal_init(void);
/* What the hardware could not do at start though it goes on without, for people to read, or NULL:
 * a crystal that does not start. */
const char *iso_hal_complaint(void);

/* What the image was built from: a hash of sources, flags and compiler, in a file that the build
 * writes. */
extern const uint32_t iso_build_id;

/* Free-running counter, wraps at 2^32. iso_hal_ticks_per_second is its rate. */
uint32_t iso_hal_ticks(void);
extern const uint32_t iso_hal_ticks_per_second;

/* Bytes taken from the receive ring, at most capacity. */
size_t iso_hal_read(iso_hal_port port, uint8_t *bytes, size_t capacity);
size_t iso_hal_receive_room(iso_hal_port port);
/* All or nothing: a frame is queued whole or not at all. */
bool iso_hal_write(iso_hal_port port, const uint8_t *bytes, size_t count);
size_t iso_hal_transmit_waiting(iso_hal_port port);
size_t iso_hal_transmit_room(iso_hal_port port);
void iso_hal_port_read_counters(iso_hal_port port, iso_hal_port_counters *out);

/* Sleeps until an interrupt unless bytes already wait on a port; at most 10 ms. */
void iso_hal_wait(void);
/* Ticks spent asleep since start, wraps. */
uint32_t iso_hal_idle_ticks(void);

iso_hal_reset_cause iso_hal_get_reset_cause(void);
/* False when the last run ended in no fault and no hang, or in a hang that the chip could only end
 * and not record. */
bool iso_hal_get_crash(iso_hal_crash *out);
/* Differs from one start to the next. */
uint32_t iso_hal_boot_id(void);
/* The chip's identity, as read; gives the bytes written, at most capacity. */
size_t iso_hal_unique_id(uint8_t *bytes, size_t capacity);
void iso_hal_reboot(void);

/* Whether the memory that the program uses held what was written, tested before it was used. True
 * where the system has done that. */
bool iso_hal_ram_is_sound(void);
/* Whether the program's code and constants are those that were built, by their checksum. */
bool iso_hal_image_is_sound(void);

/* From here on the device restarts when nobody has fed the watchdog for so long; it cannot be
 * stopped. */
void iso_hal_watchdog_start(uint32_t timeout_ms);
void iso_hal_watchdog_feed(void);
/* The handler is called from an interrupt, so many times a second from now on: at least 100, and a
 * divisor of the processor's clock. Once for each period, and several times in a row where
 * interrupts were held up for so long; due_tick is when it should have been called. */
void iso_hal_every(uint32_t hz, void (*handler)(uint32_t due_tick));
/* The longest time so far from when the periodic interrupt was due to its first instruction: what
 * other interrupts and masked sections cost. 0 where it is not measured. */
uint32_t iso_hal_interrupt_worst_ticks(void);

size_t iso_hal_stack_bytes(void);
/* Deepest stack use since start, found in the paint. */
size_t iso_hal_stack_high_water(void);

#endif

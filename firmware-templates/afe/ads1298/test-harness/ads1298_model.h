#ifndef ADS1298_MODEL_H
#define ADS1298_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An ADS1298 at the level of its pins and registers (SBAS459K), for tests on the host: commands
 * byte by byte, registers with their reset values and read-only bits, power-up and reset times,
 * conversions of what the electrodes carry, lead-off comparators, Wilson terminal, right leg, test
 * signal. It breaks as chips and wires break. Its own digital filter is not modelled: a conversion
 * is the value of its moment.
 *
 * Written from the data sheet, not from the driver; the two share only names of registers.
 */

/* RA LA LL V1 V2 V3 V4 V5 V6 as enum iso_electrode, then RL. */
#define MODEL_ELECTRODES 10
#define MODEL_RL 9

typedef enum {
    MODEL_BAD_STATUS = 1,     /* so many conversions with a wrong mark */
    MODEL_NO_READY = 2,       /* so many conversions without an edge */
    MODEL_FLIP_BITS = 3,      /* one bit in every so-many-th byte that is read; 0: no longer */
    MODEL_LOSE_REGISTERS = 4, /* all as after a reset, as a dip of the supply does */
    MODEL_DEAD = 5,           /* nothing drives the lines: 1 so, 0 well again */
    MODEL_WEAK_CHANNEL = 6,   /* channel so many (1 to 8) has half its gain */
    MODEL_STOP_READY = 7,     /* no edge until the next reset */
    MODEL_CLOCK_PPM = 8,      /* its clock is off by so much */
    MODEL_OTHER_CHIP = 9      /* its ID is this */
} model_fault;

void model_set_electrode(unsigned electrode, double microvolt, double sine_microvolt, double hertz);
void model_set_off(unsigned electrodes); /* bits */
void model_break(model_fault fault, int32_t how_much);

int64_t model_now_ns(void);
/* To this time; edges of data ready on the way call data_ready. */
void model_run_until_ns(int64_t time_ns, void (*data_ready)(void));
/* When the next edge is due; INT64_MAX: none. */
int64_t model_next_ready_ns(void);

void model_pin_reset(bool high);
void model_pin_power_down(bool high);
void model_pin_start(bool high);
/* Chip select; low: true. */
void model_select(bool selected);
/* One byte, at its last clock. */
uint8_t model_byte(uint8_t out);

/* What a data sheet forbids and a driver did: commands before the chip was ready, bytes too fast,
 * chip select too early or too short, registers touched while it sent data unasked. */
uint32_t model_violations(void);

#endif

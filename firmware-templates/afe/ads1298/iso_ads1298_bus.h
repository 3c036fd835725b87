#ifndef ISO_ADS1298_BUS_H
#define ISO_ADS1298_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_ads1298.h"

/*
 * From data ready to a ring of samples at 500 Hz, all in interrupts: the main loop may be busy for
 * half a second and more without a loss.
 *
 * The chip's data carry no checksum. So each conversion is read twice, and once more where the two
 * readings differ; the known bits of its status word must be right; and after each sample one
 * register is read back, in turn, so that a chip that has lost its settings is found within 60 ms.
 *
 * Conversions are counted by time: data-ready edges that never came are seen when the next one
 * does. Fewer lost in a row than make one sample are bridged by the last value; more are a gap.
 *
 * An exchange that has not ended after 4 ms never will: it is given up at the next data ready.
 */

/*
 * Samples, a power of two: twice what comes during the longest round of the application, which on
 * the default network is 0.46 s of a core with 31 million instructions a second
 * (`npm run bench -- device`), at one and a half clocks each.
 */
#define ISO_ADS1298_ROUND_CLOCKS 21400000u
#define ISO_ADS1298_RING_LEAST                                                                     \
    (2u * ISO_ADS1298_OUTPUT_HZ * (ISO_ADS1298_ROUND_CLOCKS / 1000u) /                             \
     (ISO_BOARD_CORE_CLOCK_HZ / 1000u))
#define ISO_ADS1298_RING                                                                           \
    (ISO_ADS1298_RING_LEAST <= 256u ? 256u : ISO_ADS1298_RING_LEAST <= 512u ? 512u : 1024u)
_Static_assert(ISO_ADS1298_RING_LEAST <= ISO_ADS1298_RING,
               "a core this slow loses samples during one round");

typedef struct {
    uint32_t sample_index; /* 500 Hz; a jump is a gap */
    uint32_t tick;         /* of the conversion it ends with, less the filter's delay */
    int32_t code[ADS1298_CHANNELS];
    uint16_t off;    /* electrodes, as in iso_lead_off_bits */
    uint8_t at_rail; /* channels, bit by bit */
} iso_ads1298_sample;

typedef struct {
    uint32_t bad_status;       /* conversions without the known bits */
    uint32_t unequal_readings; /* readings that had to be repeated */
    uint32_t bridged;          /* conversions */
    uint32_t stuck;            /* exchanges on the bus that did not end */
    uint32_t overflow;         /* samples for which the ring had no room */
} iso_ads1298_bus_counters;

typedef enum {
    ISO_ADS1298_BUS_WELL,
    ISO_ADS1298_BUS_BAD_STATUS,   /* 16 conversions in a row without the known bits */
    ISO_ADS1298_BUS_BAD_REGISTER, /* a register does not hold what was written */
    ISO_ADS1298_BUS_STUCK         /* 4 exchanges in a row did not end */
} iso_ads1298_bus_state;

/* Registers written and read back: false when they do not hold. The chip must not be listened to.
 */
bool iso_ads1298_bus_configure(const uint8_t registers[ADS1298_REGISTERS]);
/* Begins with this sample and an empty ring; the registers are those last configured. */
void iso_ads1298_bus_listen(uint32_t first_sample_index);
void iso_ads1298_bus_stop(void);
/* The oldest sample, left where it is; NULL: none. */
const iso_ads1298_sample *iso_ads1298_bus_peek(void);
void iso_ads1298_bus_take(void);
iso_ads1298_bus_state iso_ads1298_bus_get_state(void);
/* Ticks since the last data ready, or since listening began. */
uint32_t iso_ads1298_bus_silent_ticks(void);
bool iso_ads1298_bus_leg_is_off(void);
void iso_ads1298_bus_read_counters(iso_ads1298_bus_counters *out);

#endif

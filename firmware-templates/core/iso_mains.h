#ifndef ISO_MAINS_H
#define ISO_MAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_leads.h"

/*
 * Mains interference at 500 Hz: found, estimated and subtracted.
 *
 * A notch rings after each QRS, because it takes what it cuts from the QRS as well. Here a sine is
 * followed instead: for 50 and for 60 Hz one oscillator, whose frequency is common to all leads,
 * and on each lead its amplitude and phase (in-phase and quadrature, least mean squares; Widrow et
 * al., Proc IEEE 63:1692, 1975). What they learn from is the sample without its slow part, held at
 * twice its own median and left out beyond eight times: a beat moves the estimate hardly at all
 * (the idea of constant increments: Mortara, Computers in Cardiology 1977). The frequency follows
 * the common rotation of all leads, within 1 Hz of nominal.
 *
 * A frequency counts as present when its power, all leads together, stands out of what remains;
 * only then, and only the stronger of the two, is subtracted. Harmonics are not followed.
 *
 * Delay: none. RAM: 568 bytes for eight leads. Microvolt in and out, inputs within +-2^23.
 * Gap: the last ten samples are forgotten; amplitudes, phases and frequency stay, and the
 * oscillators turn on by what is missing. After ISO_MAINS_COHERENT_SAMPLES the phase is not trusted
 * any more and is learned as quickly as after a start.
 */

#define ISO_MAINS_FREQUENCIES 2
/* From here to five samples back lies half a period of 50 Hz. */
#define ISO_MAINS_HISTORY 10
/* 10 s: at the 0.01 Hz to which the frequency is known that is a tenth of a turn. */
#define ISO_MAINS_COHERENT_SAMPLES 5000

typedef enum { ISO_MAINS_NONE, ISO_MAINS_50_HZ, ISO_MAINS_60_HZ } iso_mains_found;

typedef struct {
    uint32_t phase;                          /* 2^32 is one turn */
    uint32_t step;                           /* a sample */
    int32_t in_phase[ISO_INDEPENDENT_LEADS]; /* microvolt, 12 fraction bits */
    int32_t quadrature[ISO_INDEPENDENT_LEADS];
    uint32_t level[ISO_INDEPENDENT_LEADS]; /* median of what remains, quarter microvolt, 8 bits */
    int64_t rotation;                      /* of all leads, since the last step of the frequency */
    bool present;
} iso_mains_tracker;

typedef struct {
    iso_mains_tracker trackers[ISO_MAINS_FREQUENCIES];
    int32_t history[ISO_INDEPENDENT_LEADS][ISO_MAINS_HISTORY];
    uint8_t newest;  /* slot of the last sample */
    uint8_t filled;  /* samples since the start or a gap, up to ISO_MAINS_HISTORY */
    uint16_t learnt; /* samples, up to the slowest pace */
    uint8_t samples_to_judgement;
    uint8_t subtracted; /* index of the frequency */
    uint8_t share;      /* of its estimate that is subtracted; it fades in and out */
} iso_mains;

void iso_mains_init(iso_mains *mains);
/* In place. */
void iso_mains_push(iso_mains *mains, int32_t microvolt[ISO_INDEPENDENT_LEADS]);
void iso_mains_gap(iso_mains *mains, uint32_t missing_samples);
iso_mains_found iso_mains_state(const iso_mains *mains);
/* Of what is subtracted, in thousandths of a hertz; 0 when nothing is. */
uint32_t iso_mains_millihertz(const iso_mains *mains);
/* Peak, microvolt. */
uint32_t iso_mains_amplitude(const iso_mains *mains, unsigned lead);

#endif

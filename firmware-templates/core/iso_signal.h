#ifndef ISO_SIGNAL_H
#define ISO_SIGNAL_H

#include <stdint.h>

#include "iso_leads.h"

/*
 * The signal at its full rate, between the front end and what measures on it.
 *
 * sample_index counts 500 Hz samples since the start and names the moment that the values describe:
 * whoever hands a sample on has taken the delay of its filters off.
 */

#define ISO_SIGNAL_HZ 500
/* 8.4 V, far beyond any front end. Values within it fit every filter of this folder. */
#define ISO_SIGNAL_LIMIT_MICROVOLT 8388607

typedef struct {
    uint32_t sample_index;
    int32_t microvolt[ISO_INDEPENDENT_LEADS];
} iso_signal_sample;

#endif

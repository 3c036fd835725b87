#ifndef ISO_SYNTHETIC_BEAT_H
#define ISO_SYNTHETIC_BEAT_H

#include <stdint.h>

#include "iso_leads.h"

/* One beat of a simulated heart with an infarct, 500 Hz, microvolt, from the pause before the P
 * wave to the same place in the next beat: it joins with itself. */
#define ISO_SYNTHETIC_BEAT_SAMPLES 400u

extern const int16_t iso_synthetic_beat[ISO_SYNTHETIC_BEAT_SAMPLES][ISO_INDEPENDENT_LEADS];

#endif

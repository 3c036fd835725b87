#ifndef ISO_CONDITIONER_H
#define ISO_CONDITIONER_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_highpass.h"
#include "iso_highpass_linear.h"
#include "iso_lowpass.h"
#include "iso_mains.h"
#include "iso_pacer.h"
#include "iso_signal.h"

/*
 * From the front end's samples to those that a cardiologist would look at, all at 500 Hz: mains
 * subtracted, pacemaker spikes marked and taken out, baseline removed, low-passed. In this order:
 * mains is not moved by a spike but is lost where a spike was replaced, and every filter rings on a
 * spike.
 *
 *   diagnostic  0.05 to 150 Hz   one pole, then linear phase   delay  48 samples   RAM about 6 KB
 *   monitor     0.5 to 40 Hz     linear phase                  delay 627 samples   RAM about 31 KB
 *
 * The caller gives the memory of the monitor's high-pass, so that a device of one band does not pay
 * for both. Microvolt in and out; inputs are held within ISO_SIGNAL_LIMIT_MICROVOLT.
 *
 * Time. An output's sample_index is the moment that it describes, all delays removed; it leaves
 * iso_conditioner_delay_samples later, always. The first sample after a start or a gap counts as
 * having been there for ever, and the first output describes it.
 *
 * Gap. Announced, or seen because a sample_index is not the one expected. Windows start anew, and
 * what lay in them (the moments of the last delay before the gap) is not output. Mains keeps what
 * it knows, its phase turned on by what is missing; the diagnostic high-pass keeps its baseline
 * over a short gap.
 *
 * Saturation. A value at the converter's rail is not the signal. It is reported by lead, for every
 * output that it can have reached, and goes through the filters as it is: mains does not learn from
 * it, and the high-pass finds its baseline again within 0.25 s of the end.
 */

typedef enum { ISO_BAND_DIAGNOSTIC, ISO_BAND_MONITOR } iso_conditioner_band;

typedef struct {
    iso_pacer pacer;
    iso_mains mains;
    iso_highpass highpass;
    iso_highpass_linear *linear; /* NULL: diagnostic band */
    iso_lowpass lowpass;
    int32_t rail_microvolt;
    uint32_t expected_index;
    uint32_t next_index; /* the sample that the high-pass has not seen yet */
    uint32_t spike_index;
    uint16_t age; /* samples since the start or the last gap, up to the delay */
    uint16_t since_saturated[ISO_INDEPENDENT_LEADS];
    bool spike;
} iso_conditioner;

/*
 * rail_microvolt: values from here on are the converter's end of scale (ADS1298 at gain 6: 400,000
 * less a margin). monitor: NULL chooses the diagnostic band.
 */
void iso_conditioner_init(iso_conditioner *conditioner, int32_t rail_microvolt,
                          iso_highpass_linear *monitor);
iso_conditioner_band iso_conditioner_band_of(const iso_conditioner *conditioner);
uint32_t iso_conditioner_delay_samples(const iso_conditioner *conditioner);
/* True when *out was written. */
bool iso_conditioner_push(iso_conditioner *conditioner, uint32_t sample_index,
                          const int32_t microvolt[ISO_INDEPENDENT_LEADS], iso_signal_sample *out);
void iso_conditioner_gap(iso_conditioner *conditioner, uint32_t missing_samples);
/* True when the last push found a pacemaker spike: its moment, ISO_PACER_REACH samples before. */
bool iso_conditioner_spike(const iso_conditioner *conditioner, uint32_t *sample_index);
/* Of the last output: bit i is set where saturation of independent lead i may have reached it. */
uint8_t iso_conditioner_saturated(const iso_conditioner *conditioner);

#endif

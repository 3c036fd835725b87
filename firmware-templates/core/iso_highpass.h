#ifndef ISO_HIGHPASS_H
#define ISO_HIGHPASS_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_leads.h"

/*
 * High-pass of the diagnostic band: one pole at 0.05 Hz (AHA/ACC/HRS 2007), time constant 3.2 s. A
 * steeper filter bends the ST segment; one pole answers 3 mV of 100 ms with a shift of 93 uV and a
 * slope below 30 uV/s (allowed 100 and 300, IEC 60601-2-25 from memory).
 *
 * The pole alone would keep the trace off the screen for many seconds after a defibrillation, a
 * change of electrode or a saturated converter. So a lead that stays more than 10 mV off its
 * baseline for 0.25 s, which no ECG does, has its baseline set to the mean of that time.
 *
 * Delay: none. RAM: 16 bytes a lead. Microvolt in and out, inputs within +-2^23.
 * Start: primed with the first sample; what that lies off the baseline decays with the time
 * constant. Gap: the baseline is adaptive state and stays over a gap of up to
 * ISO_HIGHPASS_KEEP_SAMPLES (one time constant); after a longer one it is primed anew.
 */

#define ISO_HIGHPASS_KEEP_SAMPLES 1600
#define ISO_HIGHPASS_RESET_MICROVOLT 10000
#define ISO_HIGHPASS_RESET_SAMPLES 125

typedef struct {
    int64_t baseline; /* microvolt, 20 fraction bits */
    int32_t off_sum;  /* of the input, while the output is off limits */
    uint16_t off_samples;
} iso_highpass_lead;

typedef struct {
    iso_highpass_lead leads[ISO_INDEPENDENT_LEADS];
    bool primed;
} iso_highpass;

void iso_highpass_init(iso_highpass *highpass);
/* Out: the value of now without its baseline. In place, if wanted. */
void iso_highpass_push(iso_highpass *highpass, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                       int32_t out[ISO_INDEPENDENT_LEADS]);
void iso_highpass_gap(iso_highpass *highpass, uint32_t missing_samples);

#endif

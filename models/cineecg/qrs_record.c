/*
 * R marks of one window by the device's own detector, for the CineECG signal. Linked with
 * firmware-templates/core into a shared library by path_signal.py.
 */
#include "iso_qrs.h"
#include "iso_window.h"

/* The detector searches back for up to 1.66 mean RR: the last sample is held for as long. */
#define HELD_SAMPLES 250

/*
 * microvolt: [1000][8], 100 Hz. marks: room for `most`, chain samples from the window's start,
 * ascending. Returns their number.
 */
int iso_qrs_record(const int16_t *microvolt, uint32_t *marks, int most);

int iso_qrs_record(const int16_t *microvolt, uint32_t *marks, int most) {
    static iso_qrs qrs;
    iso_beat beat;
    int found = 0;

    iso_qrs_init(&qrs);
    for (uint32_t t = 0; t < ISO_WINDOW_SAMPLES + HELD_SAMPLES; t++) {
        const uint32_t row = t < ISO_WINDOW_SAMPLES ? t : ISO_WINDOW_SAMPLES - 1;
        iso_chain_sample sample = {.sample_index = t * ISO_CHAIN_FACTOR};

        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            sample.microvolt[lead] = microvolt[row * ISO_INDEPENDENT_LEADS + lead];
        }
        if (iso_qrs_push(&qrs, &sample, &beat) && found < most) {
            const uint32_t mark = beat.sample_index / ISO_CHAIN_FACTOR;

            if (mark < ISO_WINDOW_SAMPLES) {
                marks[found] = mark;
                found++;
            }
        }
    }
    return found;
}

/*
 * The device's signal chain as a filter program for this machine: on stdin, for each record, uint32
 * sample count and int16 microvolt [count][8] at 500 Hz; on stdout int16 microvolt [1000][12] at
 * 100 Hz, the first window of the record, saturated as the wire would. Linked with
 * models/chain_record.c, so that training, calibration and tests see one chain.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "iso_leads.h"
#include "iso_window.h"

int iso_chain_record(const int32_t *microvolt, uint32_t samples, int32_t *window);

/* Ten minutes at 500 Hz: more than any record that is calibrated with. */
#define MOST_SAMPLES 300000U

static int16_t row_in[ISO_INDEPENDENT_LEADS];
static int32_t record[MOST_SAMPLES * ISO_INDEPENDENT_LEADS];
static int32_t window[ISO_WINDOW_SAMPLES * ISO_TWELVE_LEADS];
static int16_t narrow[ISO_WINDOW_SAMPLES * ISO_TWELVE_LEADS];

int main(void) {
    uint32_t samples;
    while (fread(&samples, sizeof samples, 1, stdin) == 1) {
        if (samples > MOST_SAMPLES) {
            return 2;
        }
        for (uint32_t i = 0; i < samples; i++) {
            if (fread(row_in, sizeof row_in, 1, stdin) != 1) {
                return 3;
            }
            for (uint32_t lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
                record[i * ISO_INDEPENDENT_LEADS + lead] = row_in[lead];
            }
        }
        if (iso_chain_record(record, samples, window) != ISO_WINDOW_SAMPLES) {
            return 4;
        }
        for (uint32_t i = 0; i < ISO_WINDOW_SAMPLES * ISO_TWELVE_LEADS; i++) {
            const int32_t value = window[i];
            narrow[i] = (int16_t)(value > 32767 ? 32767 : (value < -32768 ? -32768 : value));
        }
        if (fwrite(narrow, sizeof narrow, 1, stdout) != 1) {
            return 5;
        }
    }
    return 0;
}

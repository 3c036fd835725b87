/*
 * Drives the signal chain from a file of rows on standard input, for the tests on the host.
 * Little-endian int32 words throughout.
 *
 * In, 10 words:  0 sample_index microvolt[8]       push a sample
 *                1 missing 0…                      announce a gap to chain, beats and window
 *                2 multiplier shift 0…             print the window, as quantised input, as samples
 * and lead by lead 3 sample_index microvolt[8]       push a chain sample past the filters 4 0
 * microvolt[8]                  print the twelve leads of these eight Out, 14 words: 0 sample_index
 * microvolt[8] 0…    chain sample 1 sample_index rr_ms noise 0…     beat 2 full first_index 0…
 * window state, followed, when full, by 1000 rows of each of 3 t input[12]; 4 t samples[8] 0…; 5 t
 * leads[8] 0… 6 0 twelve[12]
 */
#include <stdio.h>
#include <string.h>

#include "../iso_qrs.h"
#include "../iso_window.h"

#define IN_WORDS 10
#define OUT_WORDS 14

static iso_chain chain;
static iso_qrs qrs;
static iso_window window;

static void print_row(const int32_t row[OUT_WORDS]) {
    fwrite(row, sizeof row[0], OUT_WORDS, stdout);
}

static void print_window(int32_t multiplier, uint8_t shift, uint8_t network_leads, int32_t bits) {
    static int8_t input8[ISO_WINDOW_SAMPLES * ISO_TWELVE_LEADS];
    static int16_t input16[ISO_WINDOW_SAMPLES * ISO_TWELVE_LEADS];
    const iso_window_codes codes = {bits == 8 ? input8 : NULL, bits == 8 ? NULL : input16,
                                    network_leads, 0};
    static int16_t leads[ISO_INDEPENDENT_LEADS][ISO_WINDOW_SAMPLES];
    const int16_t *samples;
    int32_t row[OUT_WORDS] = {2, iso_window_full(&window),
                              (int32_t)iso_window_first_index(&window)};

    print_row(row);
    if (!iso_window_full(&window)) {
        return;
    }
    iso_window_quantize(&window, multiplier, shift, &codes);
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        iso_window_lead(&window, lead, leads[lead]);
    }
    samples = iso_window_samples(&window);
    for (int32_t t = 0; t < ISO_WINDOW_SAMPLES; t++) {
        int32_t input_row[OUT_WORDS] = {3, t};
        int32_t sample_row[OUT_WORDS] = {4, t};
        int32_t lead_row[OUT_WORDS] = {5, t};

        for (int32_t lead = 0; lead < network_leads; lead++) {
            const int32_t at = t * network_leads + lead;

            input_row[2 + lead] = bits == 8 ? input8[at] : input16[at];
        }
        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            sample_row[2 + lead] = samples[t * ISO_INDEPENDENT_LEADS + (int32_t)lead];
            lead_row[2 + lead] = leads[lead][t];
        }
        print_row(input_row);
        print_row(sample_row);
        print_row(lead_row);
    }
}

static void take_chain_sample(const iso_chain_sample *sample) {
    int32_t row[OUT_WORDS] = {0, (int32_t)sample->sample_index};
    iso_beat beat;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        row[2 + lead] = sample->microvolt[lead];
    }
    print_row(row);
    iso_window_push(&window, sample);
    if (iso_qrs_push(&qrs, sample, &beat)) {
        const int32_t beat_row[OUT_WORDS] = {1, (int32_t)beat.sample_index, beat.rr_ms,
                                             beat.noise_percent};

        print_row(beat_row);
    }
}

int main(void) {
    int32_t in[IN_WORDS];
    iso_chain_sample sample;

    iso_chain_init(&chain);
    iso_qrs_init(&qrs);
    iso_window_init(&window);
    while (fread(in, sizeof in[0], IN_WORDS, stdin) == IN_WORDS) {
        if (in[0] == 0) {
            if (iso_chain_push(&chain, (uint32_t)in[1], &in[2], &sample)) {
                take_chain_sample(&sample);
            }
        } else if (in[0] == 1) {
            iso_chain_gap(&chain, (uint32_t)in[1]);
            iso_qrs_gap(&qrs, (uint32_t)in[1]);
            iso_window_gap(&window);
        } else if (in[0] == 2) {
            print_window(in[1], (uint8_t)in[2], (uint8_t)in[3], in[4]);
        } else {
            for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
                sample.microvolt[lead] = (int16_t)in[2 + lead];
            }
            if (in[0] == 3) {
                sample.sample_index = (uint32_t)in[1];
                take_chain_sample(&sample);
            } else {
                int32_t row[OUT_WORDS] = {6};

                iso_leads_twelve(sample.microvolt, &row[2]);
                print_row(row);
            }
        }
    }
    return 0;
}

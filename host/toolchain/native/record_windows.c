/*
 * What the device's application makes of a whole record, as a filter program for this machine: the
 * same chain, window and beat detector, asked at the same moments (firmware-templates/app/
 * iso_app_signal.c). On stdin int16 microvolt [count][8] at 500 Hz to the end of the file; on
 * stdout for each answer uint32 sample index of the window's first sample, uint16 number of beats,
 * uint16 r_index[64] in the window, ascending, and int16 microvolt [1000][8].
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "iso_heart.h"
#include "iso_measure.h"
#include "iso_window.h"

/* ISO_APP_RESULT_INTERVAL_CHAIN_SAMPLES; the application's header needs a network. */
#define ANSWER_INTERVAL 250u
#define BEATS ISO_HEART_MAX_BEATS
/* Of the injected front end: int16. */
#define RAIL_MICROVOLT INT16_MAX

static iso_chain chain;
static iso_measure measure; /* finds beats behind the conditioner, as boards with the memory do */
static iso_window window;
static uint32_t marks[BEATS];
static uint32_t mark_count;
static uint32_t new_chain_samples;
static bool failed;

static void put(const void *from, size_t bytes) {
    failed = fwrite(from, bytes, 1, stdout) != 1 || failed;
}

static void answer(void) {
    const uint32_t first = iso_window_first_index(&window);
    const uint32_t held = mark_count < BEATS ? mark_count : BEATS;
    uint16_t r_index[BEATS] = {0};
    uint16_t found = 0;
    for (uint32_t i = mark_count - held; i != mark_count; i++) {
        const uint32_t offset = marks[i % BEATS] - first;
        if (offset < ISO_WINDOW_SAMPLES * ISO_CHAIN_FACTOR) {
            r_index[found] = (uint16_t)(offset / ISO_CHAIN_FACTOR);
            found = (uint16_t)(found + 1u);
        }
    }
    put(&first, sizeof first);
    put(&found, sizeof found);
    put(r_index, sizeof r_index);
    put(iso_window_samples(&window), sizeof window.microvolt);
    new_chain_samples = 0;
}

static void analyse(uint32_t sample_index, const int32_t *microvolt) {
    iso_chain_sample sample;
    iso_measure_found found;
    iso_measure_push(&measure, sample_index, microvolt, &found);
    if (found.has_beat) {
        marks[mark_count % BEATS] = found.beat.sample_index;
        mark_count++;
    }
    if (!iso_chain_push(&chain, sample_index, microvolt, &sample)) {
        return;
    }
    iso_window_push(&window, &sample);
    new_chain_samples++;
    if (iso_window_full(&window) && new_chain_samples >= ANSWER_INTERVAL) {
        answer();
    }
}

int main(void) {
    int16_t row[ISO_INDEPENDENT_LEADS];
    int32_t microvolt[ISO_INDEPENDENT_LEADS] = {0};
    uint32_t count = 0;
    iso_chain_init(&chain);
    iso_measure_init(&measure, RAIL_MICROVOLT);
    iso_window_init(&window);
    for (; fread(row, sizeof row, 1, stdin) == 1; count++) {
        for (uint32_t lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            microvolt[lead] = row[lead];
        }
        analyse(count, microvolt);
    }
    /* The last value is held until the filters have given their last second. */
    for (uint32_t i = 0; i < ISO_CHAIN_DELAY_SAMPLES && count > 0; i++) {
        analyse(count + i, microvolt);
    }
    if (iso_window_full(&window) && new_chain_samples > 0) {
        answer();
    }
    return failed ? 1 : 0;
}

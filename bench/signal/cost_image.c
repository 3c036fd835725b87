/*
 * What each stage of the 500 Hz signal costs: run on an emulated core that counts instructions,
 * writes for each stage {bytes of its state, calls, ticks in all, ticks of the dearest call}, then
 * the clock's rate, to the file that "results=PATH" on the command line names. The order is that of
 * cost.ts.
 */
#include <string.h>

#include "iso_hal.h"
#include "iso_hal_semihost.h"
#include "iso_measure.h"
#include "iso_reversal.h"
#include "iso_watch.h"

#define SAMPLES 4000u
#define RAIL_MICROVOLT 395000
#define WINDOW_SAMPLES 1000u

static iso_mains mains;
static iso_pacer pacer;
static iso_highpass highpass;
static iso_highpass_linear linear;
static iso_lowpass lowpass;
static iso_conditioner conditioner;
static iso_highpass_linear monitor_memory;
static iso_lead_off lead_off;
static iso_quality quality;
static iso_chain chain;
static iso_qrs qrs;
static iso_watch watch;
static iso_measure whole;
static int16_t window[WINDOW_SAMPLES * ISO_INDEPENDENT_LEADS];
static int32_t out[ISO_INDEPENDENT_LEADS];

/* Beats, noise, mains and a pacemaker spike a second: every path of every stage is walked. */
static void synthesize(uint32_t t, int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    static uint32_t noise = 1;
    const int32_t in_beat = (int32_t)(t % 400u) - 200;
    const int32_t distance = in_beat < 0 ? -in_beat : in_beat;
    const int32_t beat = distance < 20 ? 75 * (20 - distance) : 0;
    const int32_t hum = t % 10u < 5u ? 60 : -60;
    const int32_t spike = t % 500u == 50u ? 20000 : 0;

    for (int32_t lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        noise = noise * 1664525u + 1013904223u;
        microvolt[lead] =
            beat * (lead - 3) / 4 + hum + spike + (int32_t)(noise >> 28) + 20000 * lead;
    }
}

static void do_nothing(uint32_t t, const int32_t *microvolt) {
    (void)t;
    (void)microvolt;
}

static void do_mains(uint32_t t, const int32_t *microvolt) {
    (void)t;
    memcpy(out, microvolt, sizeof out);
    iso_mains_push(&mains, out);
}

static void do_pacer(uint32_t t, const int32_t *microvolt) {
    if (t == 0u) {
        iso_pacer_prime(&pacer, microvolt);
    }
    (void)iso_pacer_push(&pacer, microvolt, out);
}

static void do_highpass(uint32_t t, const int32_t *microvolt) {
    (void)t;
    iso_highpass_push(&highpass, microvolt, out);
}

static void do_linear(uint32_t t, const int32_t *microvolt) {
    (void)t;
    iso_highpass_linear_push(&linear, microvolt, out);
}

static void do_lowpass(uint32_t t, const int32_t *microvolt) {
    (void)t;
    iso_lowpass_push(&lowpass, microvolt, out);
}

static void do_conditioner(uint32_t t, const int32_t *microvolt) {
    iso_signal_sample sample;

    (void)iso_conditioner_push(&conditioner, t, microvolt, &sample);
}

static void do_lead_off(uint32_t t, const int32_t *microvolt) {
    const iso_lead_off_bits bits = {0, 0};

    (void)t;
    (void)iso_lead_off_push(&lead_off, bits, microvolt);
}

static void do_quality(uint32_t t, const int32_t *microvolt) {
    iso_signal_sample sample = {.sample_index = t};

    memcpy(sample.microvolt, microvolt, sizeof sample.microvolt);
    (void)iso_quality_push(&quality, &sample);
}

static void do_watch(uint32_t t, const int32_t *microvolt) {
    const iso_lead_off_bits bits = {0, 0};

    (void)iso_watch_push(&watch, t, bits, microvolt);
}

static void do_chain(uint32_t t, const int32_t *microvolt) {
    iso_chain_sample sample;

    (void)iso_chain_push(&chain, t, microvolt, &sample);
}

/* The window's samples are the chain's, as far as a detector can tell. */
static void do_qrs(uint32_t t, const int32_t *microvolt) {
    iso_chain_sample sample = {.sample_index = t * ISO_CHAIN_FACTOR};
    iso_beat beat;

    (void)microvolt;
    memcpy(sample.microvolt, &window[t % WINDOW_SAMPLES * ISO_INDEPENDENT_LEADS],
           sizeof sample.microvolt);
    (void)iso_qrs_push(&qrs, &sample, &beat);
}

static void do_measure(uint32_t t, const int32_t *microvolt) {
    iso_measure_found found;

    iso_measure_push(&whole, t, microvolt, &found);
}

static void do_reversal(uint32_t t, const int32_t *microvolt) {
    iso_reversal_result result;

    (void)t;
    (void)microvolt;
    int32_t features[ISO_REVERSAL_FEATURES];

    if (iso_reversal_features(window, WINDOW_SAMPLES, features)) {
        iso_reversal_judge(features, &result);
    }
}

static void begin(void) {
    static const int32_t silence[ISO_INDEPENDENT_LEADS];

    iso_mains_init(&mains);
    iso_highpass_init(&highpass);
    iso_highpass_linear_prime(&linear, silence);
    iso_lowpass_init(&lowpass, ISO_LOWPASS_150_HZ);
    iso_lead_off_init(&lead_off, RAIL_MICROVOLT);
    iso_quality_init(&quality);
    iso_watch_init(&watch, RAIL_MICROVOLT);
    iso_chain_init(&chain);
    iso_qrs_init(&qrs);
    iso_measure_init(&whole, RAIL_MICROVOLT);
    for (uint32_t t = 0; t < WINDOW_SAMPLES; t++) {
        int32_t sample[ISO_INDEPENDENT_LEADS];

        synthesize(t, sample);
        for (uint32_t lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            window[t * ISO_INDEPENDENT_LEADS + lead] =
                (int16_t)((sample[lead] - 20000 * (int32_t)lead) / 2);
        }
    }
}

typedef struct {
    void (*step)(uint32_t t, const int32_t *microvolt);
    uint32_t bytes;
    uint32_t every; /* samples from one call to the next */
    bool begins_diagnostic;
    bool begins_monitor;
} stage;

static const stage stages[] = {
    {do_nothing, 0, 1, false, false},
    {do_mains, sizeof mains, 1, false, false},
    {do_pacer, sizeof pacer, 1, false, false},
    {do_highpass, sizeof highpass, 1, false, false},
    {do_linear, sizeof linear, 1, false, false},
    {do_lowpass, sizeof lowpass, 1, false, false},
    {do_conditioner, sizeof conditioner, 1, true, false},
    {do_conditioner, sizeof conditioner + sizeof monitor_memory, 1, false, true},
    {do_lead_off, sizeof lead_off, 1, false, false},
    {do_quality, sizeof quality, 1, false, false},
    {do_watch, sizeof watch, 1, false, false},
    {do_chain, sizeof chain, 1, false, false},
    {do_qrs, sizeof qrs, 1, false, false},
    {do_measure, sizeof whole, 1, false, false},
    {do_reversal, 0, WINDOW_SAMPLES, false, false},
};

static void measure(const stage *of, uint32_t row[4]) {
    row[0] = of->bytes;
    row[1] = SAMPLES / of->every;
    row[2] = 0;
    row[3] = 0;
    for (uint32_t t = 0; t < SAMPLES; t++) {
        int32_t microvolt[ISO_INDEPENDENT_LEADS];

        synthesize(t, microvolt);
        if (t % of->every != 0u) {
            continue;
        }
        const uint32_t before = iso_hal_ticks();
        of->step(t, microvolt);
        const uint32_t ticks = iso_hal_ticks() - before;
        row[2] += ticks;
        if (ticks > row[3]) {
            row[3] = ticks;
        }
    }
}

int main(void) {
    static char command_line[1024];
    int32_t results = -1;

    iso_hal_init();
    begin();
    if (iso_semihost_command_line(command_line, sizeof command_line)) {
        const char *path = strstr(command_line, "results=");

        results = path == NULL ? -1 : iso_semihost_open_write(path + strlen("results="));
    }
    for (uint32_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        uint32_t row[4];

        if (stages[i].begins_diagnostic || stages[i].begins_monitor) {
            iso_conditioner_init(&conditioner, RAIL_MICROVOLT,
                                 stages[i].begins_monitor ? &monitor_memory : NULL);
        }
        measure(&stages[i], row);
        (void)iso_semihost_write(results, row, sizeof row);
    }
    (void)iso_semihost_write(results, &iso_hal_ticks_per_second, sizeof iso_hal_ticks_per_second);
    iso_semihost_exit(iso_semihost_close(results) ? 0u : 1u);
    return 0;
}

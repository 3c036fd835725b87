#include "iso_link_budget.h"

#include "iso_frame.h"
#include "iso_leads.h"

/* A start bit, eight data bits, a stop bit. */
#define BITS_PER_BYTE 10u
/* On the line, delimiter included, of a payload of so many bytes. */
#define LINE_BITS(payload_bytes)                                                                   \
    ((ISO_COBS_MAX_ENCODED((payload_bytes) + ISO_FRAME_OVERHEAD) + 1u) * BITS_PER_BYTE)
/* The most that a heart does: the budget is for the worst patient. */
#define MAX_BEATS_PER_S 5u
/* Of a dual-chamber pacemaker. */
#define SPIKES_PER_BEAT 2u
/* One each second, and one for a change. */
#define STATES_PER_S 2u
/* Of the host's clock watch, while it asks. */
#define TIME_REPLIES_PER_S 5u
/* 80 points, one for each sample of the mean beat. */
#define PATH_PARTS 2u
#define BYTES_PER_SAMPLE (ISO_INDEPENDENT_LEADS * 2u)
/* Above this a line cannot catch up after a pause. */
#define FULL_PERCENT 90u

static uint32_t ceiling(uint32_t value, uint32_t divisor) {
    return (value + divisor - 1u) / divisor;
}

static uint32_t samples_bits_per_s(const iso_link_configuration *configuration) {
    const uint32_t count = configuration->samples_per_frame;
    const uint32_t fewer = ISO_WIRE_SAMPLES_MAX_SAMPLE_COUNT - count;
    const uint32_t payload = ISO_WIRE_SAMPLES_MAX_BYTES - fewer * BYTES_PER_SAMPLE;
    return ceiling(LINE_BITS(payload) * configuration->sample_rate_hz, count);
}

static uint32_t results_bits_per_s(const iso_link_configuration *configuration) {
    const uint32_t answer =
        LINE_BITS(ISO_WIRE_RESULT_MAX_BYTES) + LINE_BITS(ISO_WIRE_RESULT_END_MAX_BYTES);
    const uint32_t explanation = LINE_BITS(ISO_WIRE_EXPLANATION_MAX_BYTES) +
                                 LINE_BITS(ISO_WIRE_BEAT_LEAD_MAX_BYTES) * ISO_INDEPENDENT_LEADS +
                                 LINE_BITS(ISO_WIRE_BEAT_ATTRIBUTION_MAX_BYTES) * ISO_TWELVE_LEADS +
                                 LINE_BITS(ISO_WIRE_BEAT_FIDUCIALS_MAX_BYTES) +
                                 LINE_BITS(ISO_WIRE_PATH_MAX_BYTES) * PATH_PARTS;
    const uint32_t bits = answer + (configuration->explanations ? explanation : 0u);
    return ceiling(bits * 1000u, configuration->result_interval_ms);
}

static uint32_t other_bits_per_s(const iso_link_configuration *configuration) {
    const uint32_t measured = LINE_BITS(ISO_WIRE_BEAT_MEASUREMENT_MAX_BYTES) +
                              LINE_BITS(ISO_WIRE_PACER_SPIKE_MAX_BYTES) * SPIKES_PER_BEAT;
    const uint32_t beat =
        LINE_BITS(ISO_WIRE_BEAT_MAX_BYTES) + (configuration->measures_beats ? measured : 0u);
    return LINE_BITS(ISO_WIRE_HELLO_MAX_BYTES) + LINE_BITS(ISO_WIRE_CONFIGURATION_MAX_BYTES) +
           LINE_BITS(ISO_WIRE_STATUS_MAX_BYTES) +
           LINE_BITS(ISO_WIRE_SIGNAL_STATE_MAX_BYTES) * STATES_PER_S +
           LINE_BITS(ISO_WIRE_TIME_REPLY_MAX_BYTES) * TIME_REPLIES_PER_S + beat * MAX_BEATS_PER_S;
}

static uint32_t median_bits_per_s(const iso_link_configuration *configuration) {
    /* Once in 2.5 s. */
    const uint32_t bits = LINE_BITS(ISO_WIRE_MEDIAN_LEAD_MAX_BYTES) * ISO_INDEPENDENT_LEADS;
    return configuration->measures_beats && configuration->median_beats ? ceiling(bits * 2u, 5u)
                                                                        : 0u;
}

uint32_t iso_link_bits_per_s(const iso_link_configuration *configuration) {
    return samples_bits_per_s(configuration) + results_bits_per_s(configuration) +
           other_bits_per_s(configuration) + median_bits_per_s(configuration);
}

bool iso_link_fits(const iso_link_configuration *configuration) {
    const uint64_t bits = iso_link_bits_per_s(configuration);
    return configuration->baud == 0u || bits * 100u <= (uint64_t)configuration->baud * FULL_PERCENT;
}

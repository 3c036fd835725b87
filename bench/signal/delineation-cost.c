/*
 * What delineation costs on a core: ticks of the beat ring for a sample, of median beat,
 * delineation and intervals for a beat. Samples, eight int32 microvolt each, come from the vectors
 * file; the chain that finds the beats is not counted. Result: u32 ticks_per_second, then count,
 * sum and largest of each of the four stages.
 */
#include "iso_intervals.h"
#include "iso_median_beat.h"
#include "iso_vectors_files.h"

#include <string.h>

enum { STAGE_RING, STAGE_MEDIAN, STAGE_DELINEATE, STAGE_INTERVALS, STAGES };

typedef struct {
    uint32_t count;
    uint32_t sum;
    uint32_t largest;
} stage_ticks;

static stage_ticks stages[STAGES];
static iso_chain chain;
static iso_qrs qrs;
static iso_beat_ring ring;
static iso_median_beat median;
static iso_intervals intervals;
static iso_segment segment;
static iso_delineate_work work;

/* Counts the time since start to a stage; returns the time. */
static uint32_t count_stage(unsigned stage, uint32_t start) {
    const uint32_t ticks = iso_vectors_ticks() - start;

    stages[stage].count++;
    stages[stage].sum += ticks;
    if (ticks > stages[stage].largest) {
        stages[stage].largest = ticks;
    }
    return iso_vectors_ticks();
}

static void take_segment(void) {
    iso_delineation delineation;
    iso_interval_values values;
    uint32_t start = iso_vectors_ticks();
    const bool alike = iso_median_beat_push(&median, &segment);

    start = count_stage(STAGE_MEDIAN, start);
    iso_delineate(&work, &segment, alike ? &median.beat : &segment, &delineation);
    start = count_stage(STAGE_DELINEATE, start);
    iso_intervals_push(&intervals, segment.rr_ms);
    iso_intervals_measure(&intervals, &delineation, &values);
    count_stage(STAGE_INTERVALS, start);
}

int main(int argument_count, char **arguments) {
    const iso_vectors_status opened = iso_vectors_open(argument_count, arguments);
    const uint32_t ticks_per_second = iso_vectors_ticks_per_second();
    iso_signal_sample sample = {0, {0}};

    if (opened != ISO_VECTORS_OK) {
        return iso_vectors_leave(opened);
    }
    iso_chain_init(&chain);
    iso_qrs_init(&qrs);
    iso_beat_ring_init(&ring);
    iso_median_beat_init(&median);
    iso_intervals_init(&intervals);
    while (iso_vectors_read(sample.microvolt, sizeof sample.microvolt)) {
        iso_chain_sample chain_sample;
        iso_beat beat;
        uint32_t start;
        bool cut;

        if (iso_chain_push(&chain, sample.sample_index, sample.microvolt, &chain_sample) &&
            iso_qrs_push(&qrs, &chain_sample, &beat)) {
            iso_beat_ring_expect(&ring, &beat);
        }
        start = iso_vectors_ticks();
        cut = iso_beat_ring_push(&ring, &sample, &segment);
        (void)count_stage(STAGE_RING, start);
        if (cut) {
            take_segment();
        }
        sample.sample_index++;
    }
    return iso_vectors_leave(iso_vectors_write(&ticks_per_second, sizeof ticks_per_second) &&
                                     iso_vectors_write(stages, sizeof stages)
                                 ? ISO_VECTORS_OK
                                 : ISO_VECTORS_CANNOT_WRITE);
}

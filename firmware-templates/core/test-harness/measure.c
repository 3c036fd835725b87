/*
 * Drives iso_measure and iso_watch as the application does; the rail is at 395,000 microvolt.
 *
 * In:  0 sample_index microvolt[8]   a sample, and one step of measuring
 *      1 missing 0…                  a gap
 *      2 measured off 0…             what the front end says of its electrodes from now on
 *      3 first_index last_index 0…   what speaks against these samples
 *      4 0 0…                        print sizes
 * Out: 0 sample_index rr_ms noise_percent            a beat
 *      1 sample_index                                a pacemaker spike
 *      2 centre_index marks[6] beats steps           a measurement, steps after it was begun
 *      3 centre_index heart_rate pr qrs qt qtc_fridericia qtc_bazett
 *      4 last_index doubt poor contact_ra contact_v6
 *      5 0 bytes of iso_measure, iso_watch
 */
#include "../iso_measure.h"
#include "../iso_watch.h"
#include "rows.h"

#include <string.h>

#define RAIL_MICROVOLT 395000

static iso_measure measure;
static iso_watch watch;

static void print_measurement(const iso_measurement *measured, int32_t steps) {
    const iso_interval_values *of = &measured->intervals;
    const row intervals = {3,
                           (int32_t)measured->centre_index,
                           {of->heart_rate_per_min, of->pr_ms, of->qrs_ms, of->qt_ms,
                            of->qtc_fridericia_ms, of->qtc_bazett_ms}};
    row marks = {2, (int32_t)measured->centre_index, {0}};

    for (unsigned mark = 0; mark < ISO_MARKS; mark++) {
        marks.values[mark] = measured->marks[mark];
    }
    marks.values[ISO_MARKS] = measured->beats;
    marks.values[ISO_MARKS + 1] = steps;
    print_row(&marks);
    print_row(&intervals);
}

static void take(const row *in, iso_lead_off_bits bits) {
    static int32_t steps;
    iso_measure_found found;
    iso_measurement measured;

    (void)iso_watch_push(&watch, (uint32_t)in->first, bits, in->values);
    iso_measure_push(&measure, (uint32_t)in->first, in->values, &found);
    if (found.has_beat) {
        const row out = {
            0, (int32_t)found.beat.sample_index, {found.beat.rr_ms, found.beat.noise_percent}};

        print_row(&out);
    }
    if (found.has_spike) {
        const row out = {1, (int32_t)found.spike_index, {0}};

        print_row(&out);
    }
    steps = iso_measure_is_due(&measure) ? steps + 1 : 0;
    if (iso_measure_step(&measure, &measured)) {
        print_measurement(&measured, steps);
    }
}

int main(void) {
    const row sizes = {5, 0, {sizeof measure, sizeof watch}};
    iso_lead_off_bits bits = {0, 0};
    row in;

    iso_measure_init(&measure, RAIL_MICROVOLT);
    iso_watch_init(&watch, RAIL_MICROVOLT);
    while (read_row(&in)) {
        if (in.kind == 0) {
            take(&in, bits);
        } else if (in.kind == 1) {
            iso_measure_gap(&measure, (uint32_t)in.first);
            iso_watch_gap(&watch, (uint32_t)in.first);
        } else if (in.kind == 2) {
            bits.measured = (uint16_t)in.first;
            bits.off = (uint16_t)in.values[0];
        } else if (in.kind == 3) {
            const row out = {
                4,
                in.values[0],
                {(int32_t)iso_watch_doubt(&watch, (uint32_t)in.first, (uint32_t)in.values[0]),
                 iso_watch_is_poor(&watch),
                 (int32_t)iso_lead_off_contact(&watch.lead_off, ISO_ELECTRODE_RA),
                 (int32_t)iso_lead_off_contact(&watch.lead_off, ISO_ELECTRODE_V6)}};

            print_row(&out);
        } else {
            print_row(&sizes);
        }
    }
    return 0;
}

#include "iso_delineate.h"

#include <string.h>

#define HIDDEN_MAX 127
/* 2^(16 - i / 16), rounded. */
static const uint32_t power_of_sixteenths[16] = {65536, 62757, 60097, 57549, 55109, 52773,
                                                 50535, 48393, 46341, 44376, 42495, 40693,
                                                 38968, 37316, 35734, 34219};

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

/* Four outputs of a layer, from the input. */
static void group_sums(const int8_t *weights, const int8_t *input, unsigned inputs,
                       int32_t sum[ISO_DELINEATE_GROUP]) {
    int32_t sum0 = sum[0], sum1 = sum[1], sum2 = sum[2], sum3 = sum[3];

    for (unsigned i = 0; i < inputs; i++) {
        const int32_t value = input[i];

        sum0 += value * weights[0];
        sum1 += value * weights[1];
        sum2 += value * weights[2];
        sum3 += value * weights[3];
        weights += ISO_DELINEATE_GROUP;
    }
    sum[0] = sum0;
    sum[1] = sum1;
    sum[2] = sum2;
    sum[3] = sum3;
}

static int32_t scaled(int32_t sum, const iso_delineate_layer *layer) {
    return (int32_t)(((int64_t)sum * layer->multiplier + ((int64_t)1 << (layer->shift - 1))) >>
                     layer->shift);
}

static void run_hidden(const iso_delineate_layer *layer, const int8_t *input, int8_t *output) {
    for (unsigned at = 0; at < layer->outputs; at += ISO_DELINEATE_GROUP) {
        int32_t sum[ISO_DELINEATE_GROUP];

        memcpy(sum, &layer->bias[at], sizeof sum);
        group_sums(&layer->weights[at * layer->inputs], input, layer->inputs, sum);
        for (unsigned k = 0; k < ISO_DELINEATE_GROUP; k++) {
            output[at + k] = (int8_t)clamp(scaled(sum[k], layer), 0, HIDDEN_MAX);
        }
    }
}

static void run_last(const iso_delineate_layer *layer, const int8_t *input, int16_t *output) {
    for (unsigned at = 0; at < layer->outputs; at += ISO_DELINEATE_GROUP) {
        int32_t sum[ISO_DELINEATE_GROUP];

        memcpy(sum, &layer->bias[at], sizeof sum);
        group_sums(&layer->weights[at * layer->inputs], input, layer->inputs, sum);
        for (unsigned k = 0; k < ISO_DELINEATE_GROUP; k++) {
            output[at + k] = (int16_t)clamp(scaled(sum[k], layer), INT16_MIN, INT16_MAX);
        }
    }
}

/* What does not depend on the lead. */
static void prepare(iso_delineate_work *work, const iso_segment *segment) {
    for (unsigned n = 0; n < ISO_DELINEATE_NETWORKS; n++) {
        const iso_delineate_network *network = &iso_delineate_networks[n];

        for (unsigned w = 0; w < network->windows; w++) {
            const iso_delineate_window *window = &network->window[w];

            for (int i = 0; window->source == ISO_DELINEATE_ALL && i < window->count; i++) {
                const int slot = ISO_SEGMENT_BEFORE + window->first_slot + i * window->step;

                work->all[n][i] =
                    iso_slope_of_all(segment, (unsigned)slot, (iso_slope_scale)window->scale);
            }
        }
    }
}

static void gather(iso_delineate_work *work, unsigned network) {
    int8_t *input = work->input;

    for (unsigned w = 0; w < iso_delineate_networks[network].windows; w++) {
        const iso_delineate_window *window = &iso_delineate_networks[network].window[w];

        if (window->source == ISO_DELINEATE_ALL) {
            memcpy(input, work->all[network], window->count);
        } else {
            const int16_t *from =
                &work->microvolt[window->source][ISO_SEGMENT_BEFORE + window->first_slot];

            for (unsigned i = 0; i < window->count; i++) {
                input[i] =
                    iso_slope_of_lead(&from[i * window->step], (iso_slope_scale)window->scale);
            }
        }
        input += window->count;
    }
}

static uint32_t likelihood(int32_t below_best) {
    const int32_t octaves = below_best >> 4;

    return octaves > 16 ? 0 : power_of_sixteenths[below_best & 15] >> octaves;
}

/* The moment about which the most likelihood lies within the axis's reach. */
static int16_t best_moment(const iso_delineate_axis *axis, const int16_t *output) {
    int16_t top = output[0];
    uint32_t sum = 0;
    uint32_t most = 0;
    int best = 0;

    for (int i = 1; i < axis->count; i++) {
        top = output[i] > top ? output[i] : top;
    }
    for (int i = -axis->reach; i < axis->count; i++) {
        const int enters = i + axis->reach;
        const int leaves = i - axis->reach - 1;

        sum += enters < axis->count ? likelihood(top - output[enters]) : 0;
        sum -= leaves >= 0 ? likelihood(top - output[leaves]) : 0;
        if (i >= 0 && sum > most) {
            most = sum;
            best = i;
        }
    }
    return (int16_t)(axis->first + best * axis->step);
}

static void mark_lead(iso_delineate_work *work, unsigned n, int16_t marks[ISO_MARKS]) {
    const iso_delineate_network *network = &iso_delineate_networks[n];
    const int16_t *output = work->output;

    gather(work, n);
    run_hidden(&network->layer[0], work->input, work->hidden[0]);
    run_hidden(&network->layer[1], work->hidden[0], work->hidden[1]);
    run_last(&network->layer[2], work->hidden[1], work->output);
    for (unsigned a = 0; a < network->axes; a++) {
        marks[network->axis[a].mark] = best_moment(&network->axis[a], output);
        output += network->axis[a].count;
    }
    for (unsigned a = 0; a < network->axes && *output < 0; a++) {
        marks[network->axis[a].mark] = ISO_MARK_ABSENT;
    }
}

/* Median of the leads that have the mark. */
static int16_t median_of_leads(int16_t lead[ISO_TWELVE_LEADS][ISO_MARKS], unsigned mark) {
    int16_t sorted[ISO_TWELVE_LEADS] = {0};
    unsigned count = 0;

    for (unsigned l = 0; l < ISO_TWELVE_LEADS; l++) {
        const int16_t value = lead[l][mark];
        unsigned at = count;

        if (value == ISO_MARK_ABSENT) {
            continue;
        }
        for (; at > 0 && sorted[at - 1] > value; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = value;
        count++;
    }
    if (count < ISO_DELINEATE_LEAST_LEADS) {
        return ISO_MARK_ABSENT;
    }
    return (int16_t)((sorted[(count - 1) / 2] + sorted[count / 2]) >> 1);
}

void iso_delineate_begin(iso_delineate_work *work, const iso_segment *segment,
                         iso_delineation *out) {
    out->centre_index = segment->centre_index;
    out->rr_ms = segment->rr_ms;
    prepare(work, segment);
}

void iso_delineate_lead(iso_delineate_work *work, const iso_segment *segment,
                        const iso_segment *median, unsigned lead, iso_delineation *out) {
    iso_slopes_lead(segment, lead, work->microvolt[ISO_DELINEATE_LEAD]);
    iso_slopes_lead(median, lead, work->microvolt[ISO_DELINEATE_MEDIAN]);
    for (unsigned n = 0; n < ISO_DELINEATE_NETWORKS; n++) {
        mark_lead(work, n, out->lead[lead]);
    }
}

void iso_delineate_finish(iso_delineation *out) {
    for (unsigned mark = 0; mark < ISO_MARKS; mark++) {
        out->beat[mark] = median_of_leads(out->lead, mark);
    }
}

void iso_delineate(iso_delineate_work *work, const iso_segment *segment, const iso_segment *median,
                   iso_delineation *out) {
    iso_delineate_begin(work, segment, out);
    for (unsigned lead = 0; lead < ISO_TWELVE_LEADS; lead++) {
        iso_delineate_lead(work, segment, median, lead, out);
    }
    iso_delineate_finish(out);
}

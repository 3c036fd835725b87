#include "iso_pacer.h"

/* From a spike's middle to samples that it cannot reach. */
#define BESIDE (ISO_PACER_HALF_WIDTH + 1)
/* The spike against the largest change in BESIDE samples around it. */
#define OUTSTANDING 2
#define LEAST_LEADS 3
/* A lead has the spike when it shows an eighth of what the lead with most shows. */
#define HAS_SPIKE_SHIFT 3

static unsigned slot_before(const iso_pacer *pacer, unsigned samples) {
    return (pacer->newest - samples) & (ISO_PACER_HISTORY - 1U);
}

void iso_pacer_prime(iso_pacer *pacer, const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        for (unsigned slot = 0; slot < ISO_PACER_HISTORY; slot++) {
            pacer->history[lead][slot] = microvolt[lead];
        }
    }
    pacer->last_prominence[0] = 0;
    pacer->last_prominence[1] = 0;
    pacer->newest = 0;
    pacer->judged_from = 2 * ISO_PACER_REACH;
}

static uint32_t magnitude(int32_t value) {
    return (uint32_t)(value < 0 ? -value : value);
}

/* How far a value stands out from both sides, away from zero or towards it; 0 on a slope. */
static int32_t standing_out(int32_t before, int32_t value, int32_t after) {
    const int32_t low = before < after ? before : after;
    const int32_t high = before < after ? after : before;

    return value > high ? value - high : value < low ? value - low : 0;
}

typedef struct {
    uint32_t all;     /* leads together */
    uint32_t largest; /* of one lead */
    uint8_t leads;    /* that show it */
} prominence;

static prominence prominence_at(const iso_pacer *pacer, unsigned samples_ago) {
    const unsigned before = slot_before(pacer, samples_ago + BESIDE);
    const unsigned at = slot_before(pacer, samples_ago);
    const unsigned after = slot_before(pacer, samples_ago - BESIDE);
    uint32_t of_lead[ISO_INDEPENDENT_LEADS];
    prominence found = {0, 0, 0};

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t *history = pacer->history[lead];

        of_lead[lead] = magnitude(standing_out(history[before], history[at], history[after]));
        found.all += of_lead[lead];
        if (of_lead[lead] > found.largest) {
            found.largest = of_lead[lead];
        }
    }
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        found.leads = (uint8_t)(found.leads + (of_lead[lead] > found.largest >> HAS_SPIKE_SHIFT));
    }
    return found;
}

/* The largest change over BESIDE samples, leads together, that begins `oldest_ago` to `newest_ago`.
 */
static uint32_t largest_change(const iso_pacer *pacer, unsigned oldest_ago, unsigned newest_ago) {
    uint32_t largest = 0;

    for (unsigned ago = oldest_ago; ago >= newest_ago; ago--) {
        const unsigned from = slot_before(pacer, ago);
        const unsigned to = slot_before(pacer, ago - BESIDE);
        uint32_t change = 0;

        for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
            change += magnitude(pacer->history[lead][to] - pacer->history[lead][from]);
        }
        if (change > largest) {
            largest = change;
        }
    }
    return largest;
}

static bool is_spike(const iso_pacer *pacer, const prominence *found) {
    if (found->largest < ISO_PACER_LEAST_MICROVOLT || found->leads < LEAST_LEADS) {
        return false;
    }
    const uint32_t before =
        largest_change(pacer, 2 * ISO_PACER_REACH, ISO_PACER_REACH + 2 * BESIDE);
    const uint32_t after = largest_change(pacer, ISO_PACER_REACH - BESIDE, BESIDE);

    return found->all / OUTSTANDING > (before > after ? before : after);
}

static void replace(iso_pacer *pacer) {
    const unsigned before = slot_before(pacer, ISO_PACER_REACH + BESIDE);
    const unsigned after = slot_before(pacer, ISO_PACER_REACH - BESIDE);

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        int32_t *history = pacer->history[lead];
        const int32_t from = history[before];
        const int32_t rise = history[after] - from;

        for (int32_t step = 1; step < 2 * BESIDE; step++) {
            history[slot_before(pacer, ISO_PACER_REACH + BESIDE - (unsigned)step)] =
                from + rise * step / (2 * BESIDE);
        }
    }
}

bool iso_pacer_push(iso_pacer *pacer, const int32_t microvolt[ISO_INDEPENDENT_LEADS],
                    int32_t out[ISO_INDEPENDENT_LEADS]) {
    bool spike = false;

    pacer->newest = (uint8_t)((pacer->newest + 1U) & (ISO_PACER_HISTORY - 1U));
    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        pacer->history[lead][pacer->newest] = microvolt[lead];
    }

    const prominence now = prominence_at(pacer, ISO_PACER_REACH);

    if (pacer->judged_from > 0) {
        pacer->judged_from--;
    } else if (now.all >= pacer->last_prominence[0] && now.all >= pacer->last_prominence[1] &&
               now.all > prominence_at(pacer, ISO_PACER_REACH - 1).all &&
               now.all > prominence_at(pacer, ISO_PACER_REACH - 2).all && is_spike(pacer, &now)) {
        replace(pacer);
        spike = true;
    }
    pacer->last_prominence[1] = pacer->last_prominence[0];
    pacer->last_prominence[0] = now.all;

    const unsigned leaving = slot_before(pacer, ISO_PACER_DELAY_SAMPLES);

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        out[lead] = pacer->history[lead][leaving];
    }
    return spike;
}

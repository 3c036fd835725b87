#include "iso_watch.h"

#include <string.h>

/* 25 days: what lies so far back is forgotten before the clock comes round to it again. */
#define FORGET_SAMPLES 0x40000000U

void iso_watch_init(iso_watch *watch, int32_t rail_microvolt) {
    memset(watch, 0, sizeof *watch);
    iso_lead_off_init(&watch->lead_off, rail_microvolt);
    iso_quality_init(&watch->quality);
}

static bool any_off(const iso_lead_off *lead_off) {
    for (unsigned electrode = 0; electrode < ISO_ELECTRODES; electrode++) {
        if (iso_lead_off_contact(lead_off, (enum iso_electrode)electrode) == ISO_CONTACT_OFF) {
            return true;
        }
    }
    return false;
}

/* True when what speaks against a lead is not what it was. */
static bool judge(iso_watch *watch) {
    bool changed = false;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const uint8_t reasons = iso_quality_of_lead(&watch->quality, lead);

        changed = changed || reasons != watch->reasons[lead];
        watch->reasons[lead] = reasons;
    }
    if (iso_watch_is_poor(watch)) {
        watch->was_poor = true;
        watch->poor_index = watch->newest_index;
    }
    return changed;
}

bool iso_watch_is_poor(const iso_watch *watch) {
    unsigned reasons = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        reasons |= watch->reasons[lead];
    }
    return reasons != 0;
}

bool iso_watch_push(iso_watch *watch, uint32_t sample_index, iso_lead_off_bits bits,
                    const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    iso_signal_sample sample = {.sample_index = sample_index};
    bool changed = iso_lead_off_push(&watch->lead_off, bits, microvolt);

    memcpy(sample.microvolt, microvolt, sizeof sample.microvolt);
    watch->newest_index = sample_index;
    watch->was_off = watch->was_off && sample_index - watch->off_index < FORGET_SAMPLES;
    watch->was_poor = watch->was_poor && sample_index - watch->poor_index < FORGET_SAMPLES;
    if (any_off(&watch->lead_off)) {
        watch->was_off = true;
        watch->off_index = sample_index;
    }
    if (iso_quality_push(&watch->quality, &sample)) {
        changed = judge(watch) || changed;
    }
    return changed;
}

void iso_watch_gap(iso_watch *watch, uint32_t missing_samples) {
    if (missing_samples == 0) {
        return;
    }
    iso_lead_off_gap(&watch->lead_off, missing_samples);
    iso_quality_gap(&watch->quality, missing_samples);
    (void)judge(watch);
}

static bool is_at_or_after(uint32_t index, uint32_t limit) {
    return (int32_t)(index - limit) >= 0;
}

iso_doubt iso_watch_doubt(const iso_watch *watch, uint32_t first_index, uint32_t last_index) {
    if (watch->was_off && is_at_or_after(watch->off_index, first_index)) {
        return ISO_DOUBT_LEAD_OFF;
    }
    /* A verdict is renewed with each block and covers what lies before it. */
    if (watch->was_poor && is_at_or_after(watch->poor_index + ISO_QUALITY_BLOCK - 1U, last_index)) {
        return ISO_DOUBT_POOR_SIGNAL;
    }
    return ISO_DOUBT_NONE;
}

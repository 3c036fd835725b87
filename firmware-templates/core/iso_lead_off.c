#include "iso_lead_off.h"

#define BLOCK_SAMPLES 250
/* Skin and front end together always move by more than two steps of a microvolt. */
#define FLAT_MICROVOLT 2
/* Doubt grows by five with each sample of evidence and falls by one without: off from 500 (0.2 s),
 * on at nothing (1 s). */
#define DOUBT_STEP 5
#define DOUBT_OFF 500
#define DOUBT_UNKNOWN (DOUBT_OFF / 2)
#define FORGET_SAMPLES 500
#define KEEP_SAMPLES 2500

#define LIMB_LEADS ((1u << ISO_INDEPENDENT_I) | (1u << ISO_INDEPENDENT_II))
#define ALL_INDEPENDENT ((1u << ISO_INDEPENDENT_LEADS) - 1u)
#define ALL_LEADS ((1u << ISO_TWELVE_LEADS) - 1u)

static void forget(iso_lead_off *lead_off, unsigned electrode) {
    lead_off->contact[electrode] = ISO_CONTACT_UNKNOWN;
    lead_off->doubt[electrode] = DOUBT_UNKNOWN;
    lead_off->no_evidence[electrode] = FORGET_SAMPLES;
}

void iso_lead_off_init(iso_lead_off *lead_off, int32_t rail_microvolt) {
    lead_off->rail_microvolt = rail_microvolt;
    lead_off->in_block = 0;
    lead_off->flat = 0;
    lead_off->flat_known = false;
    for (unsigned electrode = 0; electrode < ISO_ELECTRODES; electrode++) {
        forget(lead_off, electrode);
    }
}

static void watch_movement(iso_lead_off *lead_off, const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    unsigned flat = 0;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        const int32_t value = microvolt[lead];

        if (lead_off->in_block == 0 || value < lead_off->low[lead]) {
            lead_off->low[lead] = value;
        }
        if (lead_off->in_block == 0 || value > lead_off->high[lead]) {
            lead_off->high[lead] = value;
        }
        if ((int64_t)lead_off->high[lead] - lead_off->low[lead] <= FLAT_MICROVOLT) {
            flat |= 1u << lead;
        }
    }
    lead_off->in_block++;
    if (lead_off->in_block == BLOCK_SAMPLES) {
        lead_off->in_block = 0;
        lead_off->flat = (uint8_t)flat;
        lead_off->flat_known = true;
    }
}

static unsigned lost_independent(const iso_lead_off *lead_off,
                                 const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    unsigned lost = lead_off->flat_known ? lead_off->flat : 0u;

    for (unsigned lead = 0; lead < ISO_INDEPENDENT_LEADS; lead++) {
        if (microvolt[lead] >= lead_off->rail_microvolt ||
            microvolt[lead] <= -lead_off->rail_microvolt) {
            lost |= 1u << lead;
        }
    }
    return lost;
}

/* What the leads say about one electrode. */
static iso_contact from_leads(unsigned lost, bool flat_known, unsigned electrode) {
    const bool one = (lost >> ISO_INDEPENDENT_I & 1u) != 0;
    const bool two = (lost >> ISO_INDEPENDENT_II & 1u) != 0;
    const iso_contact unless_lost = flat_known ? ISO_CONTACT_ON : ISO_CONTACT_UNKNOWN;

    if (lost == ALL_INDEPENDENT) {
        return ISO_CONTACT_UNKNOWN;
    }
    switch (electrode) {
    case ISO_ELECTRODE_RA:
        return one && two ? ISO_CONTACT_OFF : unless_lost;
    case ISO_ELECTRODE_LA:
        return one && two ? ISO_CONTACT_UNKNOWN : one ? ISO_CONTACT_OFF : unless_lost;
    case ISO_ELECTRODE_LL:
        return one && two ? ISO_CONTACT_UNKNOWN : two ? ISO_CONTACT_OFF : unless_lost;
    default:
        break;
    }
    if ((lost >> (ISO_INDEPENDENT_V1 + electrode - ISO_ELECTRODE_V1) & 1u) == 0) {
        return unless_lost;
    }
    return (lost & LIMB_LEADS) == 0 ? ISO_CONTACT_OFF : ISO_CONTACT_UNKNOWN;
}

/* True when the state has changed. */
static bool weigh(iso_lead_off *lead_off, unsigned electrode, iso_contact evidence) {
    const uint8_t before = lead_off->contact[electrode];
    uint16_t *doubt = &lead_off->doubt[electrode];

    if (evidence == ISO_CONTACT_UNKNOWN) {
        if (lead_off->no_evidence[electrode] < FORGET_SAMPLES) {
            lead_off->no_evidence[electrode]++;
        }
        if (lead_off->no_evidence[electrode] == FORGET_SAMPLES) {
            forget(lead_off, electrode);
        }
        return lead_off->contact[electrode] != before;
    }
    lead_off->no_evidence[electrode] = 0;
    if (evidence == ISO_CONTACT_OFF) {
        *doubt = (uint16_t)(*doubt + DOUBT_STEP < DOUBT_OFF ? *doubt + DOUBT_STEP : DOUBT_OFF);
    } else if (*doubt > 0) {
        (*doubt)--;
    }
    if (*doubt == DOUBT_OFF) {
        lead_off->contact[electrode] = ISO_CONTACT_OFF;
    } else if (*doubt == 0) {
        lead_off->contact[electrode] = ISO_CONTACT_ON;
    }
    return lead_off->contact[electrode] != before;
}

bool iso_lead_off_push(iso_lead_off *lead_off, iso_lead_off_bits bits,
                       const int32_t microvolt[ISO_INDEPENDENT_LEADS]) {
    bool changed = false;

    watch_movement(lead_off, microvolt);

    const unsigned lost = lost_independent(lead_off, microvolt);

    for (unsigned electrode = 0; electrode < ISO_ELECTRODES; electrode++) {
        iso_contact evidence = from_leads(lost, lead_off->flat_known, electrode);

        if (((uint32_t)bits.measured >> electrode & 1u) != 0) {
            evidence =
                ((uint32_t)bits.off >> electrode & 1u) != 0 ? ISO_CONTACT_OFF : ISO_CONTACT_ON;
        }
        changed = weigh(lead_off, electrode, evidence) || changed;
    }
    return changed;
}

void iso_lead_off_gap(iso_lead_off *lead_off, uint32_t missing_samples) {
    if (missing_samples == 0) {
        return;
    }
    lead_off->in_block = 0;
    lead_off->flat_known = false;
    for (unsigned electrode = 0; missing_samples > KEEP_SAMPLES && electrode < ISO_ELECTRODES;
         electrode++) {
        forget(lead_off, electrode);
    }
}

iso_contact iso_lead_off_contact(const iso_lead_off *lead_off, enum iso_electrode electrode) {
    return (iso_contact)lead_off->contact[electrode];
}

uint16_t iso_lead_off_leads_of(enum iso_electrode electrode) {
    /* III and the augmented leads are computed from I and II, and every chest lead is measured
     * against the three limb electrodes. Without LA lead II stays, without LL lead I. */
    switch (electrode) {
    case ISO_ELECTRODE_RA:
        return (uint16_t)ALL_LEADS;
    case ISO_ELECTRODE_LA:
        return (uint16_t)(ALL_LEADS & ~(1u << ISO_LEAD_II));
    case ISO_ELECTRODE_LL:
        return (uint16_t)(ALL_LEADS & ~(1u << ISO_LEAD_I));
    default:
        return (uint16_t)(1u << (ISO_LEAD_V1 + electrode - ISO_ELECTRODE_V1));
    }
}

uint16_t iso_lead_off_lost_leads(const iso_lead_off *lead_off) {
    unsigned lost = 0;

    for (unsigned electrode = 0; electrode < ISO_ELECTRODES; electrode++) {
        if (lead_off->contact[electrode] == ISO_CONTACT_OFF) {
            lost |= iso_lead_off_leads_of((enum iso_electrode)electrode);
        }
    }
    return (uint16_t)lost;
}

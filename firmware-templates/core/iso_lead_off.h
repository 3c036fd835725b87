#ifndef ISO_LEAD_OFF_H
#define ISO_LEAD_OFF_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_leads.h"

/*
 * Which electrodes have contact, at 500 Hz: on, off or unknown, debounced.
 *
 * Where the front end measures an electrode (its lead-off comparators), its bit is the evidence.
 * Where it does not, the samples are: a lead at the converter's rail, or without any movement for
 * half a second, has lost an electrode. Which one follows from the leads that are left: I alone is
 * LA, II alone LL, both RA (they share it); a chest lead accuses its own electrode only while I and
 * II are good, since all chest leads are measured against the mean of the three limb electrodes.
 * When all eight are lost no electrode can be named, and all become unknown.
 *
 * An electrode is off after 0.2 s of evidence, also when the evidence flickers, and on again after
 * 1 s without. Unknown: at the start, after a second without evidence and after a gap of more than
 * 5 s.
 *
 * Delay: none but debouncing. RAM: 120 bytes. Microvolt.
 * Gap: the half second starts anew, the states stay.
 */

enum iso_electrode {
    ISO_ELECTRODE_RA,
    ISO_ELECTRODE_LA,
    ISO_ELECTRODE_LL,
    ISO_ELECTRODE_V1,
    ISO_ELECTRODE_V2,
    ISO_ELECTRODE_V3,
    ISO_ELECTRODE_V4,
    ISO_ELECTRODE_V5,
    ISO_ELECTRODE_V6,
    ISO_ELECTRODES
};

typedef enum { ISO_CONTACT_UNKNOWN, ISO_CONTACT_ON, ISO_CONTACT_OFF } iso_contact;

/* Bit i is electrode i. */
typedef struct {
    uint16_t measured; /* electrodes that the front end watches now */
    uint16_t off;      /* of these, those without contact */
} iso_lead_off_bits;

typedef struct {
    int32_t rail_microvolt;
    int32_t low[ISO_INDEPENDENT_LEADS]; /* of this half second */
    int32_t high[ISO_INDEPENDENT_LEADS];
    uint16_t in_block;
    uint16_t doubt[ISO_ELECTRODES];
    uint16_t no_evidence[ISO_ELECTRODES]; /* samples */
    uint8_t contact[ISO_ELECTRODES];
    uint8_t flat; /* leads, in the last whole half second */
    bool flat_known;
} iso_lead_off;

void iso_lead_off_init(iso_lead_off *lead_off, int32_t rail_microvolt);
/* Raw samples, before any filter. True when an electrode's state has changed. */
bool iso_lead_off_push(iso_lead_off *lead_off, iso_lead_off_bits bits,
                       const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
void iso_lead_off_gap(iso_lead_off *lead_off, uint32_t missing_samples);
iso_contact iso_lead_off_contact(const iso_lead_off *lead_off, enum iso_electrode electrode);
/* The twelve leads (bit i: enum iso_lead) that are no signal without this electrode. */
uint16_t iso_lead_off_leads_of(enum iso_electrode electrode);
/* Those of all electrodes that are off. */
uint16_t iso_lead_off_lost_leads(const iso_lead_off *lead_off);

#endif

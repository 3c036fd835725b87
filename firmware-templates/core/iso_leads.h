#ifndef ISO_LEADS_H
#define ISO_LEADS_H

#include <stdint.h>

/*
 * The two orders of leads that every part of Isochrone uses.
 *
 * Eight leads are independent and travel; the four others are sums of I and II (Einthoven,
 * Goldberger) and are computed where they are needed. The integer rule is part of the product's
 * bit-exactness: each halved lead is the floor of the half, that is an arithmetic shift right by
 * one of the exact sum:
 *
 *   III = II - I     aVR = (-I - II) >> 1     aVL = (2 I - II) >> 1     aVF = (2 II - I) >> 1
 */

#define ISO_INDEPENDENT_LEADS 8
#define ISO_TWELVE_LEADS 12

enum iso_independent_lead {
    ISO_INDEPENDENT_I,
    ISO_INDEPENDENT_II,
    ISO_INDEPENDENT_V1,
    ISO_INDEPENDENT_V2,
    ISO_INDEPENDENT_V3,
    ISO_INDEPENDENT_V4,
    ISO_INDEPENDENT_V5,
    ISO_INDEPENDENT_V6
};

enum iso_lead {
    ISO_LEAD_I,
    ISO_LEAD_II,
    ISO_LEAD_III,
    ISO_LEAD_AVR,
    ISO_LEAD_AVL,
    ISO_LEAD_AVF,
    ISO_LEAD_V1,
    ISO_LEAD_V2,
    ISO_LEAD_V3,
    ISO_LEAD_V4,
    ISO_LEAD_V5,
    ISO_LEAD_V6
};

/* int32 because aVL and aVF of full-scale int16 leads reach 1.5 times the int16 range. */
void iso_leads_twelve(const int16_t independent[ISO_INDEPENDENT_LEADS],
                      int32_t twelve[ISO_TWELVE_LEADS]);

#endif

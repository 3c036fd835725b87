#include "iso_leads.h"

void iso_leads_twelve(const int16_t independent[ISO_INDEPENDENT_LEADS],
                      int32_t twelve[ISO_TWELVE_LEADS]) {
    const int32_t one = independent[ISO_INDEPENDENT_I];
    const int32_t two = independent[ISO_INDEPENDENT_II];

    twelve[ISO_LEAD_I] = one;
    twelve[ISO_LEAD_II] = two;
    twelve[ISO_LEAD_III] = two - one;
    twelve[ISO_LEAD_AVR] = (-one - two) >> 1;
    twelve[ISO_LEAD_AVL] = (2 * one - two) >> 1;
    twelve[ISO_LEAD_AVF] = (2 * two - one) >> 1;
    for (unsigned chest = 0; chest < 6; chest++) {
        twelve[ISO_LEAD_V1 + chest] = independent[ISO_INDEPENDENT_V1 + chest];
    }
}

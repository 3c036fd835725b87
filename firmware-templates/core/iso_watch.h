#ifndef ISO_WATCH_H
#define ISO_WATCH_H

#include "iso_lead_off.h"
#include "iso_quality.h"

/*
 * Whether what the front end delivers can be trusted: electrodes (iso_lead_off) and readability
 * (iso_quality) of raw samples at 500 Hz, and what of it speaks against a stretch of signal.
 *
 * Delay: none of its own. RAM: 2.1 KB.
 * Gap: the electrodes' states stay; readability is unknown again for ten seconds.
 */

/* Why a stretch of signal should not be explained; the first that applies. */
typedef enum { ISO_DOUBT_NONE, ISO_DOUBT_LEAD_OFF, ISO_DOUBT_POOR_SIGNAL } iso_doubt;

typedef struct {
    iso_lead_off lead_off;
    iso_quality quality;
    uint32_t newest_index; /* of the last sample */
    uint32_t off_index;    /* newest at which an electrode was off */
    uint32_t poor_index;   /* newest at which the last ten seconds could not be read */
    bool was_off;
    bool was_poor;
    uint8_t reasons[ISO_INDEPENDENT_LEADS]; /* against each lead, at the last whole block */
} iso_watch;

void iso_watch_init(iso_watch *watch, int32_t rail_microvolt);
/* True when an electrode's state or what speaks against a lead has changed. */
bool iso_watch_push(iso_watch *watch, uint32_t sample_index, iso_lead_off_bits bits,
                    const int32_t microvolt[ISO_INDEPENDENT_LEADS]);
void iso_watch_gap(iso_watch *watch, uint32_t missing_samples);
/* True when a lead could not be read in the last ten seconds: the challenge's question is whether
 * the whole record can. */
bool iso_watch_is_poor(const iso_watch *watch);
/*
 * Against the samples first_index to last_index, of which the newest has been pushed: an electrode
 * that has been off in them or since, or a lead that could not be read in the ten seconds before
 * last_index or since.
 */
iso_doubt iso_watch_doubt(const iso_watch *watch, uint32_t first_index, uint32_t last_index);

#endif

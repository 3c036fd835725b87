#ifndef ISO_QUALITY_H
#define ISO_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_signal.h"

/*
 * Whether each lead of the last ten seconds can be read: the question of the PhysioNet/CinC 2011
 * challenge ("acceptable" for diagnosis), answered from raw samples at 500 Hz in blocks of half a
 * second. No delay of its own; a verdict needs ten gapless seconds and is renewed with each block.
 *
 * The limits were chosen on the first 300 records of the challenge's set A; what `npm run bench --
 * signal` prints on those flatters them.
 */

#define ISO_QUALITY_BLOCK 250
#define ISO_QUALITY_BLOCKS 20

/* Why a lead cannot be read, as bits. */
#define ISO_QUALITY_FLAT 1U     /* no signal in several blocks, or hardly any in all of them */
#define ISO_QUALITY_RESTLESS 2U /* several blocks with a jump, or beyond any heart's range */
#define ISO_QUALITY_WANDER 4U   /* a baseline that leaves the paper */

typedef struct {
    int32_t least[ISO_INDEPENDENT_LEADS];
    int32_t most[ISO_INDEPENDENT_LEADS];
    int32_t mean[ISO_INDEPENDENT_LEADS];
} iso_quality_block;

typedef struct {
    iso_quality_block blocks[ISO_QUALITY_BLOCKS]; /* ring */
    int64_t sum[ISO_INDEPENDENT_LEADS];           /* of the block that fills */
    uint32_t expected_index;
    uint16_t filled; /* samples in the block that fills */
    uint8_t next;    /* slot of the block that fills */
    uint8_t count;   /* whole blocks held */
} iso_quality;

void iso_quality_init(iso_quality *quality);
/* True when a block has become full. A jump in sample_index is taken as a gap. */
bool iso_quality_push(iso_quality *quality, const iso_signal_sample *sample);
/* Forgets what was seen: nothing is known again for ten seconds. */
void iso_quality_gap(iso_quality *quality, uint32_t missing_samples);
/* False: less than ten gapless seconds have been seen, and nothing is known. */
bool iso_quality_known(const iso_quality *quality);
/* Reasons against a lead; 0: it can be read. */
uint8_t iso_quality_of_lead(const iso_quality *quality, unsigned lead);

#endif

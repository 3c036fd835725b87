#ifndef ISO_WINDOW_H
#define ISO_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_chain.h"
#include "iso_leads.h"

/*
 * The last 10 s of chain output, gapless: what the network sees. A jump in sample_index empties it,
 * as iso_window_gap does.
 */

#define ISO_WINDOW_SAMPLES 1000

typedef struct {
    int16_t microvolt[ISO_WINDOW_SAMPLES][ISO_INDEPENDENT_LEADS];
    uint32_t expected_index;
    uint16_t next; /* slot that the next sample takes */
    uint16_t count;
} iso_window;

void iso_window_init(iso_window *window);
void iso_window_push(iso_window *window, const iso_chain_sample *sample);
void iso_window_gap(iso_window *window);
bool iso_window_full(const iso_window *window);
/* The sample_index of the oldest sample held. */
uint32_t iso_window_first_index(const iso_window *window);

/* Where the network reads its input, [1000][leads]: 12 leads, or the 8 independent ones; exactly
 * one pointer is given. */
typedef struct {
    int8_t *int8;
    int16_t *int16;
    uint8_t leads;
    int16_t zero_point; /* the code of 0 V */
} iso_window_codes;

/*
 * The functions below want a full window.
 *
 * Network input in time order: ((microvolt * multiplier + (1 << (shift - 1))) >> shift) +
 * zero_point, 64-bit product, shift 1 to 31, saturated to the width of the codes.
 */
void iso_window_quantize(const iso_window *window, int32_t multiplier, uint8_t shift,
                         const iso_window_codes *to);
/* One independent lead in time order. */
void iso_window_lead(const iso_window *window, unsigned lead, int16_t out[ISO_WINDOW_SAMPLES]);
/*
 * All leads in time order, [1000][8]. Turns the ring in place, hence not const and no second 16 KB;
 * the pointer is good until the next push or gap.
 */
const int16_t *iso_window_samples(iso_window *window);

#endif

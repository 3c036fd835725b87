#ifndef ISO_AFE_H
#define ISO_AFE_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_lead_off.h"
#include "iso_leads.h"

/*
 * The front end, whatever it is: a converter, frames on a port, a file. Pulled by the main loop,
 * one event a call, in the order of sample_index.
 */

typedef enum {
    ISO_AFE_NONE = 0,   /* nothing now */
    ISO_AFE_SAMPLE = 1, /* one sample of eight leads */
    ISO_AFE_GAP = 2,    /* samples that will never come; sample_index is the first missing one */
    ISO_AFE_END = 3     /* the record has ended; a converter never says so */
} iso_afe_event_kind;

typedef struct {
    uint32_t sample_index;     /* 500 Hz axis; at END the record's length */
    uint32_t missing_samples;  /* of a GAP */
    uint32_t device_tick;      /* when the sample was taken, or arrived */
    iso_lead_off_bits contact; /* with a SAMPLE: what the front end measures of its electrodes */
    bool test_signal;          /* with a SAMPLE: of no patient, iso_afe_show_test_signal */
    int32_t microvolt[ISO_INDEPENDENT_LEADS];
} iso_afe_event;

typedef struct {
    uint32_t samples_received;
    uint32_t samples_missing;
    uint32_t receive_errors; /* damaged, malformed or stale frames; unreadable files */
} iso_afe_counters;

/* A square wave on every lead. */
typedef struct {
    uint32_t peak_to_peak_microvolt;
    uint16_t period_samples; /* 500 Hz */
} iso_afe_test_signal;

void iso_afe_init(void);
/* Values from here on, of either sign, are the end of scale and no signal. */
int32_t iso_afe_rail_microvolt(void);
iso_afe_event_kind iso_afe_poll(iso_afe_event *out);
/* A converter does not wait: what the link cannot take at once must be dropped. A file, or a sender
 * that is held back, can wait. */
bool iso_afe_is_live(void);
void iso_afe_read_counters(iso_afe_counters *out);
/* Samples for which there is room now, for a sender that wants to know. */
uint16_t iso_afe_credit(void);
/* A signal of the front end's own in the place of the electrodes, from one of the next samples on
 * and until it is switched off; samples of the time between are a gap where switching takes any.
 * False: it has none. */
bool iso_afe_show_test_signal(bool on, iso_afe_test_signal *out);
/* A fault of the front end that people should read, or NULL; each is given once. */
const char *iso_afe_take_complaint(void);

#endif

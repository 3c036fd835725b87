#ifndef ISO_APP_H
#define ISO_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_afe.h"
#include "iso_board.h"
#include "iso_bulk.h"
#include "iso_chain.h"
#include "iso_frame.h"
#include "iso_heart.h"
#include "iso_measure.h"
#include "iso_pull_back.h"
#include "iso_qrs.h"
#include "iso_reversal.h"
#include "iso_watch.h"
#include "iso_window.h"
#include "network.h"

/*
 * The application: one loop, one state. The interrupts of the ports and of the front end are the
 * only other activity, so nothing here needs a lock.
 */

/* Beats kept to place in a window: as many as the heart mapping reads. */
#define ISO_APP_BEATS ISO_HEART_MAX_BEATS
#define ISO_APP_CLASS_OF_WINNER 255u
/* The field that takes the network's codes, wherever there are two. */
#if ISO_NET_INPUT_BITS == 16
#define ISO_APP_INPUT int16
#else
#define ISO_APP_INPUT int8
#endif

/* What a host may change (iso_app_settings.c). */
typedef struct {
    uint32_t result_interval_ms; /* new signal from one answer to the next */
    uint8_t samples_per_frame;
    bool explanations;
    bool median_beats;
} iso_app_settings;

/* The time of day, as a host told it. */
typedef struct {
    uint32_t unix_seconds; /* 0: it did not */
    uint16_t milliseconds;
    uint32_t told_at_ms; /* of uptime_ms */
} iso_app_calendar;

/* What a host reads piece by piece. */
typedef struct {
    iso_bulk reading;
    bool of_network_input;
    const uint8_t *input; /* of the newest answer, NULL: the network was given another since */
    uint16_t input_result_id;
} iso_app_bulk;

/* The command that takes long: asked again under the same id, it is answered and not run again. */
typedef struct {
    uint16_t request_id;
    uint8_t outcome;
    bool any;
} iso_app_self_test_memory;

/* Raw samples on their way to the link. */
typedef struct {
    iso_wire_samples frame;
    uint32_t dropped; /* lost before the device or left out for want of room */
    uint32_t unseen;  /* of a test signal, of which the analysis has not been told yet */
    bool test_signal; /* the newest was of one */
} iso_app_samples;

typedef struct {
    uint32_t ring[ISO_APP_BEATS]; /* sample_index of the R mark */
    uint32_t count;               /* beats ever */
} iso_app_beats;

/* The last answer, kept until the host has it. */
typedef struct {
    iso_wire_result result;
    uint8_t class_index;
    uint8_t method; /* ISO_WIRE_METHOD_* */
    /* ISO_WIRE_EXPLANATION_STATE_*: whether there is an explanation, or why not; LEAD_OFF,
     * POOR_SIGNAL and UNFAMILIAR withhold the answer as well. */
    uint8_t state;
    iso_explanation explanation;
    uint8_t mapping; /* on the wire: what put the explanation's segments in order */
    uint32_t sent_at_ms;
    uint8_t sendings;
    uint8_t next_part;    /* of the sending that goes on */
    uint32_t moved_at_ms; /* when it last did */
    bool sending;
    bool acknowledged;
    bool any;
} iso_app_answer;

/* The explanation in the making; its answer is sent when it is complete. */
typedef struct {
    uint32_t ticks; /* that it took so far */
    uint8_t method; /* ISO_WIRE_METHOD_* */
    bool wanted;    /* asked for, or explanations are on */
    bool running;
} iso_app_explaining;

typedef struct {
    iso_frame_encoder encoder;
    iso_frame_decoder decoder;
    uint8_t payload[ISO_WIRE_MAX_PAYLOAD];
    uint8_t encoded[ISO_FRAME_MAX_ENCODED];
    uint32_t frames_dropped;
    uint32_t malformed;
} iso_app_link;

typedef struct {
    uint32_t last_tick;
    uint32_t tick_remainder;
    uint32_t uptime_ms;
    uint32_t next_report_ms;
    uint32_t report_tick;
    uint32_t report_idle_ticks;
    uint16_t cpu_load_permille;
} iso_app_time;

/* What the loop took at most so far; ISO_WIRE_DUTY_*. */
#define ISO_APP_DUTIES (ISO_WIRE_DUTY_UPDATE + 1u)
typedef struct {
    uint32_t duty_worst_ticks[ISO_APP_DUTIES];
    uint32_t loop_worst_ticks;
    uint32_t inner_ticks; /* of this turn, that another duty's account has */
} iso_app_schedule;

/* What the tests at the start found. */
typedef struct {
    uint8_t state;  /* ISO_WIRE_START_STATE_* */
    uint8_t faults; /* 1 << ISO_WIRE_START_TEST_* */
} iso_app_start;

/* What is known of the signal beside the network's answers. */
typedef struct {
    iso_watch watch;
    iso_reversal_result reversal; /* of the last window that could be judged */
    bool reversal_judged;
    uint32_t newest_index;
    uint8_t told_mains; /* as the last SIGNAL_STATE said */
#if ISO_BOARD_MEASURES_BEATS
    iso_measure measure;
    uint32_t median_index; /* of the last median beat that was sent */
    bool median_sent;
#else
    iso_qrs qrs;
#endif
} iso_app_monitor;

typedef struct {
    iso_app_link link;
    iso_app_time time;
    iso_app_samples samples;
    iso_app_beats beats;
    iso_app_answer answer;
    iso_app_explaining explaining;
    iso_wire_explain requested; /* the newest, where requested_any */
    iso_pull_back_work pull_back;
    iso_chain chain;
    iso_window window;
    iso_app_monitor monitor;
    uint32_t new_chain_samples; /* since the last answer */
    uint32_t gradient_saturations;
    uint16_t next_result_id;
    uint32_t test_input_bytes; /* of an input of the host's, from the first on */
    iso_app_settings settings;
    iso_app_calendar calendar;
    iso_app_bulk bulk;
    iso_app_self_test_memory self_test;
    iso_app_schedule schedule;
    iso_app_start start;
    uint8_t class_choice;
    bool requested_any;
    bool request_waits;
    bool stopped;
} iso_app;

/* iso_app_schedule.c: who does what when, how long it took, and the watchdog. */
/* From here on the loop must come round. */
void iso_app_schedule_init(void);
/* A turn of each duty; true when one had something to do. */
bool iso_app_round(iso_app *app);
/* A duty that takes longer than a round may says that it goes on: not more often than a long answer
 * does, or the watchdog takes it for one that hangs. */
void iso_app_progress(void);
/* Of a duty within another's turn. */
void iso_app_note_inner(iso_app *app, uint8_t duty, uint32_t ticks);

/* iso_app_signal.c: front end to window. */
void iso_app_signal_init(iso_app *app);
/* True when there was an event to handle. */
bool iso_app_signal_step(iso_app *app);
/* Sends what waits for its frame to be full. */
void iso_app_flush_samples(iso_app *app);
/* The answer to SET_TEST_SIGNAL. While it lasts samples are sent, and nothing is made of them. */
void iso_app_set_test_signal(iso_app *app, const iso_wire_set_test_signal *request);

/* iso_app_watch.c: electrodes, readability, exchanged electrodes. */
void iso_app_watch_init(iso_app *app);
void iso_app_watch_sample(iso_app *app, const iso_afe_event *event);
void iso_app_watch_gap(iso_app *app, uint32_t missing_samples);
/* Looks for exchanged electrodes in the window of the answer and compares it with the training
 * data; gives what speaks against answering for it, or ISO_WIRE_EXPLANATION_STATE_SENT. */
uint8_t iso_app_watch_window(iso_app *app);
void iso_app_send_signal_state(iso_app *app);

/* iso_app_measure.c: beats; and where the board has the memory (ISO_BOARD_MEASURES_BEATS)
 * conditioner, median beat, fiducials and intervals. */
void iso_app_measure_init(iso_app *app);
/* Both true when *beat was found: on raw samples where beats are measured, else on the network's
 * chain. */
bool iso_app_measure_sample(iso_app *app, uint32_t sample_index, const int32_t *microvolt,
                            iso_beat *beat);
bool iso_app_measure_chain_sample(iso_app *app, const iso_chain_sample *sample, iso_beat *beat);
void iso_app_measure_gap(iso_app *app, uint32_t missing_samples);
/* A part of the work that waits; false when none does. */
bool iso_app_measure_step(iso_app *app);
/* ISO_WIRE_MAINS_*, and its frequency. */
uint8_t iso_app_mains(const iso_app *app, uint32_t *millihertz);

/* iso_app_infer.c: window to answer. */
bool iso_app_answer_due(const iso_app *app);
/* Asks the network and begins the explanation; none may be running. */
void iso_app_answer_now(iso_app *app);
/* Index of the largest logit, the first of equals. */
uint8_t iso_app_winner(const int16_t logits[ISO_NET_CLASSES]);

/* iso_app_explain.c: answer to explanation, step by step. */
/* Values of ISO_WIRE_METHOD_*, the first by default; returns their number. */
uint8_t iso_app_methods(uint8_t methods[ISO_WIRE_HELLO_MAX_METHOD_COUNT]);
/* The answer's state is what speaks against the answer, or ISO_WIRE_EXPLANATION_STATE_SENT. */
void iso_app_explain_begin(iso_app *app, uint8_t method);
/* A part of the work that waits; false when none does. Sends the answer when it is complete. */
bool iso_app_explain_step(iso_app *app);
/* All of it at once, before something else takes the network. */
void iso_app_explain_finish(iso_app *app);
/* The next answer is given as soon as possible, and explained as asked; gives
 * ISO_WIRE_COMMAND_OUTCOME_*. */
uint8_t iso_app_request(iso_app *app, const iso_wire_explain *request);

/* iso_app_report.c: answer to frames. */
/* Sends the answer: at once where samples wait for it, else frame by frame (iso_app_report_step).
 */
void iso_app_send_answer(iso_app *app);
/* A frame of it when there is room, or the beginning of a repetition when the host has not
 * acknowledged it in time; false when there is nothing to send, or no room. */
bool iso_app_report_step(iso_app *app);
/* What is left of it, at once. */
void iso_app_report_finish(iso_app *app);

/* iso_app_link.c: frames out and commands in. */
typedef enum {
    ISO_APP_DROP, /* no room: left out and counted */
    ISO_APP_WAIT  /* waits for room, as long as the host is likely to need */
} iso_app_urgency;
void iso_app_link_init(iso_app *app);
/* How what is not sent again leaves: live samples must not hold up the ones behind them; others can
 * wait. */
iso_app_urgency iso_app_stream_urgency(void);
/* The payload is app->link.payload; false when it was dropped or payload_bytes is 0. */
bool iso_app_send(iso_app *app, uint8_t type, size_t payload_bytes, iso_app_urgency urgency);
void iso_app_log(iso_app *app, uint8_t level, const char *text);
/* Takes what has come; true when something had. */
bool iso_app_receive(iso_app *app);

/* iso_app_commands.c: what the host asks for. */
void iso_app_obey(iso_app *app, const iso_frame *frame);
/* Once the answers have left. */
void iso_app_restart(iso_app *app);

/* iso_app_settings.c: what a host may change, within what the line carries. */
void iso_app_settings_init(iso_app *app);
/* Says what the line was too slow for, once after the start. */
void iso_app_log_settings(iso_app *app);
void iso_app_send_configuration(iso_app *app);
void iso_app_get_setting(iso_app *app, const iso_wire_get_setting *request);
void iso_app_set_setting(iso_app *app, const iso_wire_set_setting *request);

/* iso_app_clock.c: both clocks side by side, and the time of day. */
void iso_app_reply_time(iso_app *app, const iso_wire_time_request *request, uint32_t received_tick);
void iso_app_set_time(iso_app *app, const iso_wire_set_time *request);

/* iso_app_layers.c: the time of each layer, between begin and end. */
void iso_app_layers_begin(void);
void iso_app_layers_end(void);
void iso_app_layer_done(uint32_t layer_index);
/* Nanoseconds by layer, a copy that stays until the next call; NULL: none was timed. */
const uint8_t *iso_app_layer_times(uint32_t *byte_count);

/* iso_app_bulk.c: long objects, behind everything live. */
void iso_app_read_object(iso_app *app, const iso_wire_read_object *request);
void iso_app_grant(iso_app *app, const iso_wire_credit *credit);
/* The input of the network is about to change: of a result, or (NULL) of no result. */
void iso_app_input_changes(iso_app *app, const uint16_t *result_id);
/* A part into an idle line; false when none may go. */
bool iso_app_bulk_step(iso_app *app);

/* iso_app_health.c: who and how. */
void iso_app_time_step(iso_app *app);
uint32_t iso_app_microseconds(uint32_t ticks);
void iso_app_send_hello(iso_app *app);
void iso_app_send_status(iso_app *app);
void iso_app_health_step(iso_app *app);
/* Says why the device restarted, once after the start. */
void iso_app_log_hardware(iso_app *app);
void iso_app_log_reset(iso_app *app);

/* iso_app_self_test.c: memory, program and the network's known answer, at boot; says how it went.
 */
void iso_app_self_test(iso_app *app);
/* Whether nothing that results rest upon is known to be damaged. */
bool iso_app_is_sound(const iso_app *app);
/* The same on request: the answer to SELF_TEST. */
void iso_app_answer_self_test(iso_app *app, const iso_wire_self_test *request);

/* iso_app_update.c: a new image, into the slot that does not run. */
void iso_app_update_begin(iso_app *app, const iso_wire_update_begin *request);
void iso_app_update_data(iso_app *app, const iso_wire_update_data *part);
void iso_app_update(iso_app *app, const iso_wire_update *request);
/* A part of the work that waits; false when none does. Gives up a trial that cannot be confirmed.
 */
bool iso_app_update_step(iso_app *app);

/* iso_app_test_run.c: the network on an input of the host's. */
void iso_app_take_test_input(iso_app *app, const iso_wire_test_input *part);
void iso_app_test_run(iso_app *app, const iso_wire_test_run *request);

#endif

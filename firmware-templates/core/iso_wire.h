/* Generated from host/protocol/schema.ts by `npm run generate`: do not edit. */
/*
 * Payloads of the wire (docs/wire.md). Encoders give the bytes written, or 0 when the payload does
 * not fit or the message holds more than its maximum. Decoders give false when the payload is not
 * exactly one such message; the struct is then undefined. Texts are NUL-terminated in the struct.
 * An encoder reads every field: clear a struct before filling it.
 */
#ifndef ISO_WIRE_H
#define ISO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ISO_WIRE_PROTOCOL_VERSION 1u
#define ISO_WIRE_SCHEMA_HASH 0x42432498u
#define ISO_WIRE_MAX_PAYLOAD 512u

/* Frame types. */
#define ISO_WIRE_HELLO 0x01u
#define ISO_WIRE_HELLO_REQUEST 0x81u
#define ISO_WIRE_STATUS 0x02u
#define ISO_WIRE_LOG 0x0Cu
#define ISO_WIRE_SAMPLES 0x03u
#define ISO_WIRE_INJECT 0x82u
#define ISO_WIRE_END_OF_RECORD 0x83u
#define ISO_WIRE_END 0x0Du
#define ISO_WIRE_BEAT 0x04u
#define ISO_WIRE_SIGNAL_STATE 0x12u
#define ISO_WIRE_PACER_SPIKE 0x13u
#define ISO_WIRE_BEAT_MEASUREMENT 0x14u
#define ISO_WIRE_MEDIAN_LEAD 0x15u
#define ISO_WIRE_RESULT 0x05u
#define ISO_WIRE_EXPLANATION 0x06u
#define ISO_WIRE_BEAT_LEAD 0x07u
#define ISO_WIRE_BEAT_ATTRIBUTION 0x08u
#define ISO_WIRE_BEAT_FIDUCIALS 0x09u
#define ISO_WIRE_PATH 0x0Au
#define ISO_WIRE_RESULT_END 0x0Bu
#define ISO_WIRE_EXPLAIN 0x8Cu
#define ISO_WIRE_ACK 0x87u
#define ISO_WIRE_CONFIGURATION 0x16u
#define ISO_WIRE_COMMAND_RESULT 0x17u
#define ISO_WIRE_SETTING 0x18u
#define ISO_WIRE_SELF_TEST_RESULT 0x0Eu
#define ISO_WIRE_START 0x84u
#define ISO_WIRE_STOP 0x85u
#define ISO_WIRE_SET_CLASS 0x86u
#define ISO_WIRE_REBOOT 0x88u
#define ISO_WIRE_SELF_TEST 0x89u
#define ISO_WIRE_GET_SETTING 0x92u
#define ISO_WIRE_SET_SETTING 0x8Du
#define ISO_WIRE_TEST_SIGNAL 0x1Eu
#define ISO_WIRE_SET_TEST_SIGNAL 0x96u
#define ISO_WIRE_TIME_REPLY 0x19u
#define ISO_WIRE_TIME_REQUEST 0x8Eu
#define ISO_WIRE_SET_TIME 0x8Fu
#define ISO_WIRE_OBJECT 0x1Au
#define ISO_WIRE_OBJECT_PART 0x1Bu
#define ISO_WIRE_READ_OBJECT 0x90u
#define ISO_WIRE_CREDIT 0x91u
#define ISO_WIRE_TEST_INPUT_HELD 0x0Fu
#define ISO_WIRE_TEST_LAYER 0x10u
#define ISO_WIRE_TEST_RESULT 0x11u
#define ISO_WIRE_TEST_INPUT 0x8Au
#define ISO_WIRE_TEST_RUN 0x8Bu
#define ISO_WIRE_UPDATE_STATE 0x1Cu
#define ISO_WIRE_UPDATE_HELD 0x1Du
#define ISO_WIRE_UPDATE_BEGIN 0x93u
#define ISO_WIRE_UPDATE_DATA 0x94u
#define ISO_WIRE_UPDATE 0x95u

/* The longest payload of each message. */
#define ISO_WIRE_HELLO_MAX_BYTES 232u
#define ISO_WIRE_HELLO_REQUEST_MAX_BYTES 2u
#define ISO_WIRE_STATUS_MAX_BYTES 88u
#define ISO_WIRE_LOG_MAX_BYTES 202u
#define ISO_WIRE_SAMPLES_MAX_BYTES 173u
#define ISO_WIRE_INJECT_MAX_BYTES 329u
#define ISO_WIRE_END_OF_RECORD_MAX_BYTES 4u
#define ISO_WIRE_END_MAX_BYTES 4u
#define ISO_WIRE_BEAT_MAX_BYTES 7u
#define ISO_WIRE_SIGNAL_STATE_MAX_BYTES 31u
#define ISO_WIRE_PACER_SPIKE_MAX_BYTES 4u
#define ISO_WIRE_BEAT_MEASUREMENT_MAX_BYTES 31u
#define ISO_WIRE_MEDIAN_LEAD_MAX_BYTES 305u
#define ISO_WIRE_RESULT_MAX_BYTES 87u
#define ISO_WIRE_EXPLANATION_MAX_BYTES 336u
#define ISO_WIRE_BEAT_LEAD_MAX_BYTES 167u
#define ISO_WIRE_BEAT_ATTRIBUTION_MAX_BYTES 88u
#define ISO_WIRE_BEAT_FIDUCIALS_MAX_BYTES 14u
#define ISO_WIRE_PATH_MAX_BYTES 445u
#define ISO_WIRE_RESULT_END_MAX_BYTES 3u
#define ISO_WIRE_EXPLAIN_MAX_BYTES 4u
#define ISO_WIRE_ACK_MAX_BYTES 2u
#define ISO_WIRE_CONFIGURATION_MAX_BYTES 12u
#define ISO_WIRE_COMMAND_RESULT_MAX_BYTES 3u
#define ISO_WIRE_SETTING_MAX_BYTES 16u
#define ISO_WIRE_SELF_TEST_RESULT_MAX_BYTES 3u
#define ISO_WIRE_START_MAX_BYTES 2u
#define ISO_WIRE_STOP_MAX_BYTES 2u
#define ISO_WIRE_SET_CLASS_MAX_BYTES 3u
#define ISO_WIRE_REBOOT_MAX_BYTES 6u
#define ISO_WIRE_SELF_TEST_MAX_BYTES 2u
#define ISO_WIRE_GET_SETTING_MAX_BYTES 3u
#define ISO_WIRE_SET_SETTING_MAX_BYTES 7u
#define ISO_WIRE_TEST_SIGNAL_MAX_BYTES 9u
#define ISO_WIRE_SET_TEST_SIGNAL_MAX_BYTES 3u
#define ISO_WIRE_TIME_REPLY_MAX_BYTES 16u
#define ISO_WIRE_TIME_REQUEST_MAX_BYTES 2u
#define ISO_WIRE_SET_TIME_MAX_BYTES 8u
#define ISO_WIRE_OBJECT_MAX_BYTES 13u
#define ISO_WIRE_OBJECT_PART_MAX_BYTES 247u
#define ISO_WIRE_READ_OBJECT_MAX_BYTES 3u
#define ISO_WIRE_CREDIT_MAX_BYTES 8u
#define ISO_WIRE_TEST_INPUT_HELD_MAX_BYTES 4u
#define ISO_WIRE_TEST_LAYER_MAX_BYTES 10u
#define ISO_WIRE_TEST_RESULT_MAX_BYTES 27u
#define ISO_WIRE_TEST_INPUT_MAX_BYTES 245u
#define ISO_WIRE_TEST_RUN_MAX_BYTES 5u
#define ISO_WIRE_UPDATE_STATE_MAX_BYTES 48u
#define ISO_WIRE_UPDATE_HELD_MAX_BYTES 8u
#define ISO_WIRE_UPDATE_BEGIN_MAX_BYTES 258u
#define ISO_WIRE_UPDATE_DATA_MAX_BYTES 245u
#define ISO_WIRE_UPDATE_MAX_BYTES 7u

/* The most elements of each counted field. */
#define ISO_WIRE_HELLO_MAX_UNIQUE_ID_BYTES 16u
#define ISO_WIRE_HELLO_MAX_CLASS_COUNT 8u
#define ISO_WIRE_HELLO_MAX_OPERATING_POINT_COUNT 8u
#define ISO_WIRE_HELLO_MAX_METHOD_COUNT 6u
#define ISO_WIRE_SAMPLES_MAX_SAMPLE_COUNT 10u
#define ISO_WIRE_INJECT_MAX_SAMPLE_COUNT 20u
#define ISO_WIRE_MEDIAN_LEAD_MAX_SAMPLE_COUNT 148u
#define ISO_WIRE_RESULT_MAX_PROBABILITY_COUNT 8u
#define ISO_WIRE_RESULT_MAX_LOGIT_COUNT 8u
#define ISO_WIRE_BEAT_LEAD_MAX_SAMPLE_COUNT 80u
#define ISO_WIRE_BEAT_ATTRIBUTION_MAX_SAMPLE_COUNT 80u
#define ISO_WIRE_PATH_MAX_POINT_COUNT 40u
#define ISO_WIRE_OBJECT_PART_MAX_BYTE_COUNT 240u
#define ISO_WIRE_TEST_RESULT_MAX_LOGIT_COUNT 8u
#define ISO_WIRE_TEST_INPUT_MAX_BYTE_COUNT 240u
#define ISO_WIRE_UPDATE_DATA_MAX_BYTE_COUNT 240u

/* What ended the run before; `unannounced`: nobody said, nor does the chip. */
#define ISO_WIRE_RESET_CAUSE_POWER_ON 0u
#define ISO_WIRE_RESET_CAUSE_SOFTWARE 1u
#define ISO_WIRE_RESET_CAUSE_FAULT 2u
#define ISO_WIRE_RESET_CAUSE_WATCHDOG 3u
#define ISO_WIRE_RESET_CAUSE_BROWN_OUT 4u
#define ISO_WIRE_RESET_CAUSE_PIN 5u
#define ISO_WIRE_RESET_CAUSE_UNANNOUNCED 6u

/* A part of the test at the start, in the order of the bits of `startFaults`. */
#define ISO_WIRE_START_TEST_RAM 0u
#define ISO_WIRE_START_TEST_FLASH 1u
#define ISO_WIRE_START_TEST_ANSWER 2u
#define ISO_WIRE_START_TEST_EXPLANATION 3u
#define ISO_WIRE_START_TEST_SETTINGS 4u

/* How far the test at the start is. */
#define ISO_WIRE_START_STATE_TESTING 0u
#define ISO_WIRE_START_STATE_PASSED 1u
#define ISO_WIRE_START_STATE_FAILED 2u

/* How serious a line is. */
#define ISO_WIRE_LOG_LEVEL_INFO 0u
#define ISO_WIRE_LOG_LEVEL_WARNING 1u
#define ISO_WIRE_LOG_LEVEL_ERROR 2u

/* What the device's loop does in turn. */
#define ISO_WIRE_DUTY_LINK 0u
#define ISO_WIRE_DUTY_ACQUIRE 1u
#define ISO_WIRE_DUTY_FILTER 2u
#define ISO_WIRE_DUTY_BEAT 3u
#define ISO_WIRE_DUTY_NETWORK 4u
#define ISO_WIRE_DUTY_EXPLANATION 5u
#define ISO_WIRE_DUTY_REPORT 6u
#define ISO_WIRE_DUTY_HEALTH 7u
#define ISO_WIRE_DUTY_LONG_OBJECT 8u
#define ISO_WIRE_DUTY_UPDATE 9u

/* What a build does with the signal: watches it, or measures its beats as well. */
#define ISO_WIRE_SIGNAL_STAGES_WATCH 0u
#define ISO_WIRE_SIGNAL_STAGES_MEASURE 1u

/* What the samples show. */
#define ISO_WIRE_SIGNAL_SOURCE_ELECTRODES 0u
#define ISO_WIRE_SIGNAL_SOURCE_TEST_SIGNAL 1u

/* An electrode on the skin. */
#define ISO_WIRE_CONTACT_UNKNOWN 0u
#define ISO_WIRE_CONTACT_ON 1u
#define ISO_WIRE_CONTACT_OFF 2u

/* Whether a signal can be read. */
#define ISO_WIRE_QUALITY_UNKNOWN 0u
#define ISO_WIRE_QUALITY_READABLE 1u
#define ISO_WIRE_QUALITY_POOR 2u

/* Electrodes that seem to have changed places. */
#define ISO_WIRE_REVERSAL_NOT_JUDGED 0u
#define ISO_WIRE_REVERSAL_NONE 1u
#define ISO_WIRE_REVERSAL_RA_LA 2u
#define ISO_WIRE_REVERSAL_LA_LL 3u
#define ISO_WIRE_REVERSAL_RA_LL 4u
#define ISO_WIRE_REVERSAL_V1_V2 5u
#define ISO_WIRE_REVERSAL_V2_V3 6u
#define ISO_WIRE_REVERSAL_V3_V4 7u
#define ISO_WIRE_REVERSAL_V4_V5 8u
#define ISO_WIRE_REVERSAL_V5_V6 9u
#define ISO_WIRE_REVERSAL_V1_V3 10u
#define ISO_WIRE_REVERSAL_V1_TO_V6 11u

/* Mains interference. */
#define ISO_WIRE_MAINS_NOT_WATCHED 0u
#define ISO_WIRE_MAINS_NONE 1u
#define ISO_WIRE_MAINS_HZ_50 2u
#define ISO_WIRE_MAINS_HZ_60 3u

/* How an attribution is made. */
#define ISO_WIRE_METHOD_GRADIENT_X_INPUT 0u
#define ISO_WIRE_METHOD_INTEGRATED_GRADIENTS 1u
#define ISO_WIRE_METHOD_SMOOTHGRAD 2u
#define ISO_WIRE_METHOD_GRAD_CAM 3u
#define ISO_WIRE_METHOD_OCCLUSION 4u
#define ISO_WIRE_METHOD_RELEVANCE 5u

/* How an attribution is carried from leads to the heart. */
#define ISO_WIRE_MAPPING_ADJOINT_DIRECTION 0u
#define ISO_WIRE_MAPPING_PAPER_LIKE_POSITION 1u
#define ISO_WIRE_MAPPING_CHAIN_RULE 2u

/* How leads become a vectorcardiogram. */
#define ISO_WIRE_TRANSFORM_KORS 0u
#define ISO_WIRE_TRANSFORM_INVERSE_DOWER 1u
#define ISO_WIRE_TRANSFORM_GEOMETRIC 2u

/* Part of the beat. */
#define ISO_WIRE_PHASE_P 0u
#define ISO_WIRE_PHASE_QRS 1u
#define ISO_WIRE_PHASE_ST_T 2u

/* Whether a result was explained, and why not. */
#define ISO_WIRE_EXPLANATION_STATE_SENT 0u
#define ISO_WIRE_EXPLANATION_STATE_NOT_COMPILED 1u
#define ISO_WIRE_EXPLANATION_STATE_LEAD_OFF 2u
#define ISO_WIRE_EXPLANATION_STATE_POOR_SIGNAL 3u
#define ISO_WIRE_EXPLANATION_STATE_NO_BEAT 4u
#define ISO_WIRE_EXPLANATION_STATE_NO_QRS 5u
#define ISO_WIRE_EXPLANATION_STATE_NO_EVIDENCE 6u
#define ISO_WIRE_EXPLANATION_STATE_SWITCHED_OFF 7u
#define ISO_WIRE_EXPLANATION_STATE_UNFAMILIAR 8u

/* What became of a command. */
#define ISO_WIRE_COMMAND_OUTCOME_DONE 0u
#define ISO_WIRE_COMMAND_OUTCOME_NO_SUCH_CLASS 1u
#define ISO_WIRE_COMMAND_OUTCOME_OUT_OF_RANGE 2u
#define ISO_WIRE_COMMAND_OUTCOME_EXCEEDS_LINK 3u
#define ISO_WIRE_COMMAND_OUTCOME_NOT_BUILT_IN 4u
#define ISO_WIRE_COMMAND_OUTCOME_ANOTHER_RUN 5u

/* What a host may change of a running device. */
#define ISO_WIRE_SETTING_RESULT_INTERVAL_MS 0u
#define ISO_WIRE_SETTING_SAMPLES_PER_FRAME 1u
#define ISO_WIRE_SETTING_EXPLANATIONS 2u
#define ISO_WIRE_SETTING_MEDIAN_BEATS 3u

/* Outcome of the known-answer test. */
#define ISO_WIRE_SELF_TEST_PASSED 0u
#define ISO_WIRE_SELF_TEST_ANSWER_DIFFERS 1u
#define ISO_WIRE_SELF_TEST_EXPLANATION_DIFFERS 2u
#define ISO_WIRE_SELF_TEST_NOT_BUILT_IN 3u

/* What can be read. */
#define ISO_WIRE_BULK_OBJECT_NETWORK_INPUT 0u
#define ISO_WIRE_BULK_OBJECT_CRASH_RECORD 1u
#define ISO_WIRE_BULK_OBJECT_LAYER_TIMES 2u

/* What became of a reading. */
#define ISO_WIRE_BULK_STATE_OPEN 0u
#define ISO_WIRE_BULK_STATE_NOT_THERE 1u
#define ISO_WIRE_BULK_STATE_CHANGED 2u

/* Whether a test run took place, and why not. */
#define ISO_WIRE_TEST_STATUS_DONE 0u
#define ISO_WIRE_TEST_STATUS_ACQUIRING 1u
#define ISO_WIRE_TEST_STATUS_INPUT_INCOMPLETE 2u
#define ISO_WIRE_TEST_STATUS_NO_SUCH_CLASS 3u

/* What the host wants of an update. */
#define ISO_WIRE_UPDATE_ACTION_TELL 0u
#define ISO_WIRE_UPDATE_ACTION_CHECK 1u
#define ISO_WIRE_UPDATE_ACTION_ACTIVATE 2u
#define ISO_WIRE_UPDATE_ACTION_RESTART 3u
#define ISO_WIRE_UPDATE_ACTION_CONFIRM 4u
#define ISO_WIRE_UPDATE_ACTION_GIVE_UP 5u

/* Whether it was done, and why not. */
#define ISO_WIRE_UPDATE_OUTCOME_DONE 0u
#define ISO_WIRE_UPDATE_OUTCOME_NOT_BUILT_IN 1u
#define ISO_WIRE_UPDATE_OUTCOME_ANOTHER_RUN 2u
#define ISO_WIRE_UPDATE_OUTCOME_ON_TRIAL 3u
#define ISO_WIRE_UPDATE_OUTCOME_NOT_AN_IMAGE 4u
#define ISO_WIRE_UPDATE_OUTCOME_WRONG_BOARD 5u
#define ISO_WIRE_UPDATE_OUTCOME_WRONG_SLOT 6u
#define ISO_WIRE_UPDATE_OUTCOME_DOES_NOT_FIT 7u
#define ISO_WIRE_UPDATE_OUTCOME_BAD_SIGNATURE 8u
#define ISO_WIRE_UPDATE_OUTCOME_OLDER_THAN_ALLOWED 9u
#define ISO_WIRE_UPDATE_OUTCOME_INCOMPLETE 10u
#define ISO_WIRE_UPDATE_OUTCOME_HASH_DIFFERS 11u
#define ISO_WIRE_UPDATE_OUTCOME_NOT_CHECKED 12u
#define ISO_WIRE_UPDATE_OUTCOME_SELF_TEST_FAILED 13u
#define ISO_WIRE_UPDATE_OUTCOME_FLASH_FAILED 14u

/* How far an update is. */
#define ISO_WIRE_UPDATE_PHASE_IDLE 0u
#define ISO_WIRE_UPDATE_PHASE_ERASING 1u
#define ISO_WIRE_UPDATE_PHASE_RECEIVING 2u
#define ISO_WIRE_UPDATE_PHASE_CHECKING 3u
#define ISO_WIRE_UPDATE_PHASE_CHECKED 4u
#define ISO_WIRE_UPDATE_PHASE_ACTIVATED 5u

/* Whether the CRC of this frame type leaves the schema hash out. */
bool iso_wire_type_is_plain(uint8_t type);
/* Whether the schema knows this frame type. */
bool iso_wire_type_is_known(uint8_t type);
/* Copies an ASCII string into a text field of `capacity` bytes, cut off where it is too long. */
void iso_wire_set_text(char *field, size_t capacity, const char *text);

/*
 * HELLO: Who the device is. First frame after a reset, once a second, and the answer to
 * HELLO_REQUEST.
 */
typedef struct {
    /* ISO_WIRE_PROTOCOL_VERSION. These first six bytes never move. */
    uint16_t protocol_version;
    /* ISO_WIRE_SCHEMA_HASH. */
    uint32_t schema_hash;
    /* Name of the board file. */
    char board_name[33];
    /* Name of the network. */
    char model_name[33];
    /* CRC-32C of the integer program. */
    uint32_t model_hash;
    /* Identifies what the firmware was built from. */
    uint32_t build_id;
    /* Differs from one start to the next; equal ids mean the same run. */
    uint32_t boot_id;
    uint8_t unique_id_bytes;
    /* The chip identity, as read. */
    uint8_t unique_id[16];
    /* Acquisition rate; the axis of every sampleIndex. */
    uint16_t sample_rate_hz;
    /* Rate of the network input and of the mean beat. */
    uint16_t network_rate_hz;
    /* Resolution of the front end; SAMPLES are in microvolt regardless. */
    uint32_t lsb_nanovolt;
    /* Leads per sample. */
    uint8_t lead_count;
    /* Rate of every deviceTick. */
    uint32_t ticks_per_second;
    /* Length of a window in acquisition samples. */
    uint16_t window_samples;
    uint8_t class_count;
    /* In the order of every per-class array. */
    char class_names[8][9];
    uint8_t operating_point_count;
    /* Probability from which each class is called; none: the network names none. */
    float operating_points[8];
    uint8_t method_count;
    /* What explains, values of `method`; the first explains every result, the others on request. */
    uint8_t methods[6];
    /* What ended the run before. */
    uint8_t reset_cause;
    /* How far the test at the start is. */
    uint8_t start_state;
    /* What failed of it, a bit each, in the order of `startTest`. */
    uint8_t start_faults;
} iso_wire_hello;

size_t iso_wire_encode_hello(const iso_wire_hello *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_hello(iso_wire_hello *message, const uint8_t *payload, size_t payload_bytes);

/* HELLO_REQUEST: Asks for HELLO now. */
typedef struct {
    /* The host's ISO_WIRE_PROTOCOL_VERSION. */
    uint16_t host_version;
} iso_wire_hello_request;

size_t iso_wire_encode_hello_request(const iso_wire_hello_request *message, uint8_t *payload,
                                     size_t capacity);
bool iso_wire_decode_hello_request(iso_wire_hello_request *message, const uint8_t *payload,
                                   size_t payload_bytes);

/* STATUS: Health, once a second and before END. Counters run since the start and wrap at 2^32. */
typedef struct {
    /* Since the start. */
    uint32_t uptime_ms;
    /* At encoding; wraps. */
    uint32_t device_tick;
    /* Samples that reached the device from its front end. */
    uint32_t samples_received;
    /* Samples that the device did not put on the wire; as in SAMPLES. */
    uint32_t samples_dropped;
    /* Frames of any type that found no room in the transmit buffer. */
    uint32_t frames_dropped;
    /* Damaged or malformed frames received, all ports. */
    uint32_t receive_errors;
    /* Most bytes ever queued for the link. */
    uint16_t transmit_high_water;
    /* Most bytes ever waiting from any port. */
    uint16_t receive_high_water;
    /* Busy share of the last second. */
    uint16_t cpu_load_permille;
    /* Deepest stack use so far. */
    uint32_t stack_high_water_bytes;
    /* Saturated gradient values so far. */
    uint32_t gradient_saturations;
    /* Samples of INJECT that the receive buffer has room for now. */
    uint16_t inject_credit;
    /* The longest round of the loop so far, sleep left out. */
    uint32_t loop_worst_ticks;
    /* The longest that the periodic interrupt had to wait so far; 0 where it is not measured. */
    uint32_t interrupt_worst_ticks;
    /* The longest turn of each duty so far, in the order of `duty`. */
    uint32_t duty_worst_ticks[10];
} iso_wire_status;

size_t iso_wire_encode_status(const iso_wire_status *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_status(iso_wire_status *message, const uint8_t *payload, size_t payload_bytes);

/* LOG: A line for people. */
typedef struct {
    /* How serious. */
    uint8_t level;
    /* The line. */
    char text[201];
} iso_wire_log;

size_t iso_wire_encode_log(const iso_wire_log *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_log(iso_wire_log *message, const uint8_t *payload, size_t payload_bytes);

/* SAMPLES: A run of raw samples. Never sent again; what is missing is reported by index. */
typedef struct {
    /* Index of the first sample of this frame. */
    uint32_t first_sample_index;
    /* When that sample was taken; wraps. */
    uint32_t device_tick;
    /* Since start: lost before the device or left out for want of room. */
    uint32_t samples_dropped;
    uint8_t sample_count;
    /* Sample-major, leads I II V1 V2 V3 V4 V5 V6. */
    int16_t microvolt[80];
} iso_wire_samples;

size_t iso_wire_encode_samples(const iso_wire_samples *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_samples(iso_wire_samples *message, const uint8_t *payload,
                             size_t payload_bytes);

/* INJECT: Samples in place of a front end, for emulators and benches. */
typedef struct {
    /* Index of the first sample of this frame. */
    uint32_t first_sample_index;
    /* Electrodes whose contact the front end measures: bit 0 RA, LA, LL, V1 to V6. */
    uint16_t contact_measured;
    /* Of these, those without contact, during all of this frame. */
    uint16_t contact_off;
    uint8_t sample_count;
    /* Sample-major, leads I II V1 V2 V3 V4 V5 V6. */
    int16_t microvolt[160];
} iso_wire_inject;

size_t iso_wire_encode_inject(const iso_wire_inject *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_inject(iso_wire_inject *message, const uint8_t *payload, size_t payload_bytes);

/* END_OF_RECORD: No INJECT follows; the device finishes and answers END. */
typedef struct {
    /* Samples of the record: one more than its last index. */
    uint32_t sample_count;
} iso_wire_end_of_record;

size_t iso_wire_encode_end_of_record(const iso_wire_end_of_record *message, uint8_t *payload,
                                     size_t capacity);
bool iso_wire_decode_end_of_record(iso_wire_end_of_record *message, const uint8_t *payload,
                                   size_t payload_bytes);

/* END: The injected record has ended and everything about it has been sent. */
typedef struct {
    /* Samples of the record, lost ones included. */
    uint32_t sample_count;
} iso_wire_end;

size_t iso_wire_encode_end(const iso_wire_end *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_end(iso_wire_end *message, const uint8_t *payload, size_t payload_bytes);

/* BEAT: A QRS complex was found. */
typedef struct {
    /* R mark, filter delays removed. */
    uint32_t sample_index;
    /* Since the previous beat; 0 when there is none to measure from. */
    uint16_t rr_ms;
    /* Unrest between the beats against a beat; above 35 the beat is a guess. */
    uint8_t noise_percent;
} iso_wire_beat;

size_t iso_wire_encode_beat(const iso_wire_beat *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_beat(iso_wire_beat *message, const uint8_t *payload, size_t payload_bytes);

/*
 * SIGNAL_STATE: What the device knows of its signal: with each change, once a second and before
 * END.
 */
typedef struct {
    /* The newest sample that it is known of. */
    uint32_t sample_index;
    /* What this build does with the signal. */
    uint8_t stages;
    /* Of a test signal nothing is made: no beats, no results, no states of electrodes. */
    uint8_t source;
    /* Electrode RA. */
    uint8_t contact_ra;
    /* Electrode LA. */
    uint8_t contact_la;
    /* Electrode LL. */
    uint8_t contact_ll;
    /* Electrode V1. */
    uint8_t contact_v1;
    /* Electrode V2. */
    uint8_t contact_v2;
    /* Electrode V3. */
    uint8_t contact_v3;
    /* Electrode V4. */
    uint8_t contact_v4;
    /* Electrode V5. */
    uint8_t contact_v5;
    /* Electrode V6. */
    uint8_t contact_v6;
    /* Whether the last ten seconds can be read. */
    uint8_t quality;
    /* What speaks against each lead, order of SAMPLES. Bits: 1 flat, 2 restless, 4 wander. */
    uint8_t lead_reasons[8];
    /* Limb electrodes that seem exchanged in the last window. */
    uint8_t limb_reversal;
    /* The same of chest electrodes. */
    uint8_t chest_reversal;
    /* Mains interference that is found and subtracted. */
    uint8_t mains;
    /* Its frequency; 0 when there is none. */
    uint32_t mains_millihertz;
} iso_wire_signal_state;

size_t iso_wire_encode_signal_state(const iso_wire_signal_state *message, uint8_t *payload,
                                    size_t capacity);
bool iso_wire_decode_signal_state(iso_wire_signal_state *message, const uint8_t *payload,
                                  size_t payload_bytes);

/*
 * PACER_SPIKE: A pacemaker spike was found. None says nothing about spikes too small to be seen at
 * this rate.
 */
typedef struct {
    /* Its moment, delays removed. */
    uint32_t sample_index;
} iso_wire_pacer_spike;

size_t iso_wire_encode_pacer_spike(const iso_wire_pacer_spike *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_pacer_spike(iso_wire_pacer_spike *message, const uint8_t *payload,
                                 size_t payload_bytes);

/*
 * BEAT_MEASUREMENT: The median beat, measured anew with each beat that joins it. Marks hold for all
 * leads together.
 */
typedef struct {
    /* Middle of the QRS of the newest beat in it. */
    uint32_t sample_index;
    /* Beats in it, at most 8. */
    uint8_t beat_count;
    /* Start of the P wave, acquisition samples from sampleIndex; -32768: not there. */
    int16_t p_onset;
    /* End of the P wave, acquisition samples from sampleIndex; -32768: not there. */
    int16_t p_end;
    /* Start of the QRS complex, acquisition samples from sampleIndex; -32768: not there. */
    int16_t qrs_onset;
    /* End of the QRS complex, acquisition samples from sampleIndex; -32768: not there. */
    int16_t qrs_end;
    /* Peak of the T wave, acquisition samples from sampleIndex; -32768: not there. */
    int16_t t_peak;
    /* End of the T wave, acquisition samples from sampleIndex; -32768: not there. */
    int16_t t_end;
    /* From the mean of the last eight RR intervals; 0: not known. */
    uint16_t heart_rate_per_min;
    /* That mean; 0: not known. */
    uint16_t mean_rr_ms;
    /* P onset to QRS onset; 0: not known. */
    uint16_t pr_ms;
    /* QRS onset to QRS end; 0: not known. */
    uint16_t qrs_ms;
    /* QRS onset to T end; 0: not known. */
    uint16_t qt_ms;
    /* QT / (RR / 1 s)^(1/3); 0: not known. */
    uint16_t qtc_fridericia_ms;
    /* QT / (RR / 1 s)^(1/2); 0: not known. */
    uint16_t qtc_bazett_ms;
} iso_wire_beat_measurement;

size_t iso_wire_encode_beat_measurement(const iso_wire_beat_measurement *message, uint8_t *payload,
                                        size_t capacity);
bool iso_wire_decode_beat_measurement(iso_wire_beat_measurement *message, const uint8_t *payload,
                                      size_t payload_bytes);

/*
 * MEDIAN_LEAD: One lead of the median beat; eight follow a BEAT_MEASUREMENT, at most once in 2.5 s.
 */
typedef struct {
    /* That of its BEAT_MEASUREMENT. */
    uint32_t sample_index;
    /* 0 to 7, order of SAMPLES. */
    uint8_t lead_index;
    /* Rate of the samples. */
    uint16_t rate_hz;
    /* The sample that begins at sampleIndex. */
    uint8_t centre_index;
    uint8_t sample_count;
    /* The beat. */
    int16_t microvolt[148];
} iso_wire_median_lead;

size_t iso_wire_encode_median_lead(const iso_wire_median_lead *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_median_lead(iso_wire_median_lead *message, const uint8_t *payload,
                                 size_t payload_bytes);

/*
 * RESULT: The network's answer for one window. Withheld, it has neither probabilities nor logits,
 * and RESULT_END says why.
 */
typedef struct {
    /* Names this result in everything that follows; wraps. */
    uint16_t result_id;
    /* First acquisition sample of the window. */
    uint32_t window_first_sample_index;
    /* Acquisition samples that the window spans. */
    uint16_t window_sample_count;
    /* Index of the most probable class; 0 where the answer is withheld. */
    uint8_t winner;
    /* Time of the forward pass. */
    uint32_t network_microseconds;
    /* Time of the backward pass and of the heart mapping. */
    uint32_t explain_microseconds;
    /* How unlike the training data: above 1 the answer is withheld; -1: not known. */
    float unfamiliarity;
    uint8_t probability_count;
    /* Sigmoid of each logit. */
    float probabilities[8];
    uint8_t logit_count;
    /* One per class. */
    float logits[8];
} iso_wire_result;

size_t iso_wire_encode_result(const iso_wire_result *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_result(iso_wire_result *message, const uint8_t *payload, size_t payload_bytes);

/*
 * EXPLANATION: Where the evidence of a result lies. Evidence is signed, in logit units, mean per
 * beat.
 */
typedef struct {
    /* The result that is explained. */
    uint16_t result_id;
    /* The class that is explained. */
    uint8_t class_index;
    /* How the attribution was made. */
    uint8_t method;
    /* How it was carried to the heart. */
    uint8_t mapping;
    /* How leads became a vectorcardiogram. */
    uint8_t transform;
    /* Beats that were averaged. */
    uint8_t beat_count;
    /* Share of the evidence outside every vectorcardiogram, 0 to 1. */
    float residual_share;
    /* Mean vectorcardiogram over QRS: left, down, back. */
    float mean_qrs_microvolt[3];
    /* Index of the highest score. */
    uint8_t top_segment;
    /* Lead-major: 12 leads, each P, QRS, ST-T. */
    float lead_evidence[36];
    /* 17 AHA segments, RV base, mid, apex, outflow; sum 1. */
    float segment_scores[21];
    /* Standard deviation over beats, same order. */
    float segment_spread[21];
} iso_wire_explanation;

size_t iso_wire_encode_explanation(const iso_wire_explanation *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_explanation(iso_wire_explanation *message, const uint8_t *payload,
                                 size_t payload_bytes);

/* BEAT_LEAD: The mean beat of one lead; eight of them belong to an explanation. */
typedef struct {
    /* The result that is explained. */
    uint16_t result_id;
    /* 0 to 7, order of SAMPLES. */
    uint8_t lead_index;
    /* Rate of the mean beat. */
    uint16_t rate_hz;
    /* Index of the R mark inside the beat. */
    uint8_t r_index;
    uint8_t sample_count;
    /* The beat. */
    int16_t microvolt[80];
} iso_wire_beat_lead;

size_t iso_wire_encode_beat_lead(const iso_wire_beat_lead *message, uint8_t *payload,
                                 size_t capacity);
bool iso_wire_decode_beat_lead(iso_wire_beat_lead *message, const uint8_t *payload,
                               size_t payload_bytes);

/*
 * BEAT_ATTRIBUTION: The mean attribution of one lead over the beat; twelve of them belong to an
 * explanation.
 */
typedef struct {
    /* The result that is explained. */
    uint16_t result_id;
    /* 0 to 11, twelve-lead order. */
    uint8_t lead_index;
    /* Logit units per step. */
    float scale;
    uint8_t sample_count;
    /* Signed attribution. */
    int8_t steps[80];
} iso_wire_beat_attribution;

size_t iso_wire_encode_beat_attribution(const iso_wire_beat_attribution *message, uint8_t *payload,
                                        size_t capacity);
bool iso_wire_decode_beat_attribution(iso_wire_beat_attribution *message, const uint8_t *payload,
                                      size_t payload_bytes);

/* BEAT_FIDUCIALS: Indices into the mean beat; -1 when not found. */
typedef struct {
    /* The result that is explained. */
    uint16_t result_id;
    /* Start of the P wave. */
    int16_t p_onset;
    /* End of the P wave. */
    int16_t p_end;
    /* Start of the QRS complex. */
    int16_t qrs_onset;
    /* End of the QRS complex. */
    int16_t j_point;
    /* Peak of the T wave. */
    int16_t t_peak;
    /* End of the T wave. */
    int16_t t_end;
} iso_wire_beat_fiducials;

size_t iso_wire_encode_beat_fiducials(const iso_wire_beat_fiducials *message, uint8_t *payload,
                                      size_t capacity);
bool iso_wire_decode_beat_fiducials(iso_wire_beat_fiducials *message, const uint8_t *payload,
                                    size_t payload_bytes);

typedef struct {
    /* To the left. */
    int16_t x_hundredth_mm;
    /* Downwards. */
    int16_t y_hundredth_mm;
    /* Backwards. */
    int16_t z_hundredth_mm;
    /* Part of the beat. */
    uint8_t phase;
    /* Mean over leads of the magnitude of attribution, logit units. */
    float evidence;
} iso_wire_path_point;

/*
 * PATH: A part of the CineECG path. Frank frame (X left, Y inferior, Z posterior), origin in the
 * heart.
 */
typedef struct {
    /* The result that is explained. */
    uint16_t result_id;
    /* 0 to partCount - 1. */
    uint8_t part_index;
    /* Parts of this path, 1 to 16; the same in each of them. */
    uint8_t part_count;
    uint8_t point_count;
    /* In the order of time. */
    iso_wire_path_point points[40];
} iso_wire_path;

size_t iso_wire_encode_path(const iso_wire_path *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_path(iso_wire_path *message, const uint8_t *payload, size_t payload_bytes);

/*
 * RESULT_END: Everything about this result has been sent; the host answers with ACK when it has all
 * of it.
 */
typedef struct {
    /* The result that is complete. */
    uint16_t result_id;
    /* Whether its explanation was sent, or why not. */
    uint8_t explanation;
} iso_wire_result_end;

size_t iso_wire_encode_result_end(const iso_wire_result_end *message, uint8_t *payload,
                                  size_t capacity);
bool iso_wire_decode_result_end(iso_wire_result_end *message, const uint8_t *payload,
                                size_t payload_bytes);

/*
 * EXPLAIN: Answer for the signal as it is now, explained this once for this class by this method.
 */
typedef struct {
    /* Names this request; COMMAND_RESULT carries it. */
    uint16_t request_id;
    /* Index, or 255 for the winner. */
    uint8_t class_index;
    /* One of those that HELLO names. */
    uint8_t method;
} iso_wire_explain;

size_t iso_wire_encode_explain(const iso_wire_explain *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_explain(iso_wire_explain *message, const uint8_t *payload,
                             size_t payload_bytes);

/* ACK: The host has all of a result; it need not be sent again. */
typedef struct {
    /* The result that arrived. */
    uint16_t result_id;
} iso_wire_ack;

size_t iso_wire_encode_ack(const iso_wire_ack *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_ack(iso_wire_ack *message, const uint8_t *payload, size_t payload_bytes);

/*
 * CONFIGURATION: What fills the line: follows each HELLO, and each SETTING that changed something.
 */
typedef struct {
    /* Rate of the line; 0 where it has none. */
    uint32_t link_baud;
    /* Signal from one result to the next. */
    uint32_t result_interval_ms;
    /* Samples in each SAMPLES. */
    uint8_t samples_per_frame;
    /* 1: results are explained. */
    uint8_t explanations;
    /* 1: MEDIAN_LEAD is sent. */
    uint8_t median_beats;
    /* 1: the build measures beats. */
    uint8_t measures_beats;
} iso_wire_configuration;

size_t iso_wire_encode_configuration(const iso_wire_configuration *message, uint8_t *payload,
                                     size_t capacity);
bool iso_wire_decode_configuration(iso_wire_configuration *message, const uint8_t *payload,
                                   size_t payload_bytes);

/* COMMAND_RESULT: The answer to START, STOP, SET_CLASS, EXPLAIN, SET_TIME and REBOOT. */
typedef struct {
    /* The request that this answers. */
    uint16_t request_id;
    /* Whether it was done, and why not. */
    uint8_t outcome;
} iso_wire_command_result;

size_t iso_wire_encode_command_result(const iso_wire_command_result *message, uint8_t *payload,
                                      size_t capacity);
bool iso_wire_decode_command_result(iso_wire_command_result *message, const uint8_t *payload,
                                    size_t payload_bytes);

/* SETTING: The answer to GET_SETTING and SET_SETTING. */
typedef struct {
    /* The request that this answers. */
    uint16_t request_id;
    /* Whether it was done, and why not. */
    uint8_t outcome;
    /* Which. */
    uint8_t setting;
    /* As it is now. */
    uint32_t value;
    /* The least that this build takes. */
    uint32_t least;
    /* The most that it takes; a slow line may bear less. */
    uint32_t most;
} iso_wire_setting;

size_t iso_wire_encode_setting(const iso_wire_setting *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_setting(iso_wire_setting *message, const uint8_t *payload,
                             size_t payload_bytes);

/* SELF_TEST_RESULT: How the known-answer test went; the answer to SELF_TEST. */
typedef struct {
    /* The request that this answers. */
    uint16_t request_id;
    /* What the network made of the known input. */
    uint8_t outcome;
} iso_wire_self_test_result;

size_t iso_wire_encode_self_test_result(const iso_wire_self_test_result *message, uint8_t *payload,
                                        size_t capacity);
bool iso_wire_decode_self_test_result(iso_wire_self_test_result *message, const uint8_t *payload,
                                      size_t payload_bytes);

/* START: Start acquisition. A device acquires from its start without being told. */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
} iso_wire_start;

size_t iso_wire_encode_start(const iso_wire_start *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_start(iso_wire_start *message, const uint8_t *payload, size_t payload_bytes);

/* STOP: Stop acquisition; HELLO and STATUS go on. */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
} iso_wire_stop;

size_t iso_wire_encode_stop(const iso_wire_stop *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_stop(iso_wire_stop *message, const uint8_t *payload, size_t payload_bytes);

/* SET_CLASS: Which class to explain from the next result on. */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
    /* Index, or 255 for the winner of each result. */
    uint8_t class_index;
} iso_wire_set_class;

size_t iso_wire_encode_set_class(const iso_wire_set_class *message, uint8_t *payload,
                                 size_t capacity);
bool iso_wire_decode_set_class(iso_wire_set_class *message, const uint8_t *payload,
                               size_t payload_bytes);

/* REBOOT: Restart the device, if it still is in this run. */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
    /* The run to end: that of HELLO. */
    uint32_t boot_id;
} iso_wire_reboot;

size_t iso_wire_encode_reboot(const iso_wire_reboot *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_reboot(iso_wire_reboot *message, const uint8_t *payload, size_t payload_bytes);

/* SELF_TEST: Run the known-answer test now. */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
} iso_wire_self_test;

size_t iso_wire_encode_self_test(const iso_wire_self_test *message, uint8_t *payload,
                                 size_t capacity);
bool iso_wire_decode_self_test(iso_wire_self_test *message, const uint8_t *payload,
                               size_t payload_bytes);

/* GET_SETTING: Asks what a setting is. */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
    /* Which. */
    uint8_t setting;
} iso_wire_get_setting;

size_t iso_wire_encode_get_setting(const iso_wire_get_setting *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_get_setting(iso_wire_get_setting *message, const uint8_t *payload,
                                 size_t payload_bytes);

/* SET_SETTING: Changes a setting; it is kept where the board has flash for it. */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
    /* Which. */
    uint8_t setting;
    /* From now on. */
    uint32_t value;
} iso_wire_set_setting;

size_t iso_wire_encode_set_setting(const iso_wire_set_setting *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_set_setting(iso_wire_set_setting *message, const uint8_t *payload,
                                 size_t payload_bytes);

/*
 * TEST_SIGNAL: The answer to SET_TEST_SIGNAL: a square wave on every lead, as it should come out.
 */
typedef struct {
    /* The request that this answers. */
    uint16_t request_id;
    /* Whether the front end has one; without, the rest is 0. */
    uint8_t outcome;
    /* From its low to its high level. */
    uint32_t peak_to_peak_microvolt;
    /* At sampleRateHz. */
    uint16_t period_samples;
} iso_wire_test_signal;

size_t iso_wire_encode_test_signal(const iso_wire_test_signal *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_test_signal(iso_wire_test_signal *message, const uint8_t *payload,
                                 size_t payload_bytes);

/*
 * SET_TEST_SIGNAL: Puts the front end's own test signal in the place of the electrodes, or takes it
 * away. While it lasts samples are sent, and no beat, electrode or result is made of them. Ends
 * with the run.
 */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
    /* 1: the test signal; 0: the electrodes. */
    uint8_t on;
} iso_wire_set_test_signal;

size_t iso_wire_encode_set_test_signal(const iso_wire_set_test_signal *message, uint8_t *payload,
                                       size_t capacity);
bool iso_wire_decode_set_test_signal(iso_wire_set_test_signal *message, const uint8_t *payload,
                                     size_t payload_bytes);

/* TIME_REPLY: The answer to TIME_REQUEST. */
typedef struct {
    /* The request that this answers. */
    uint16_t request_id;
    /* deviceTick when the device took the request; wraps. */
    uint32_t received_tick;
    /* deviceTick when it wrote this answer; wraps. */
    uint32_t sent_tick;
    /* The time of day by SET_TIME; 0: it was not told. */
    uint32_t unix_seconds;
    /* Of that second. */
    uint16_t milliseconds;
} iso_wire_time_reply;

size_t iso_wire_encode_time_reply(const iso_wire_time_reply *message, uint8_t *payload,
                                  size_t capacity);
bool iso_wire_decode_time_reply(iso_wire_time_reply *message, const uint8_t *payload,
                                size_t payload_bytes);

/* TIME_REQUEST: Asks for both ticks. */
typedef struct {
    /* Names this exchange. */
    uint16_t request_id;
} iso_wire_time_request;

size_t iso_wire_encode_time_request(const iso_wire_time_request *message, uint8_t *payload,
                                    size_t capacity);
bool iso_wire_decode_time_request(iso_wire_time_request *message, const uint8_t *payload,
                                  size_t payload_bytes);

/* SET_TIME: Tells the device the time of day; deviceTick and sampleIndex go on as they were. */
typedef struct {
    /* Names this request; COMMAND_RESULT carries it. */
    uint16_t request_id;
    /* Seconds since 1970-01-01 00:00:00 UTC. */
    uint32_t unix_seconds;
    /* Of that second. */
    uint16_t milliseconds;
} iso_wire_set_time;

size_t iso_wire_encode_set_time(const iso_wire_set_time *message, uint8_t *payload,
                                size_t capacity);
bool iso_wire_decode_set_time(iso_wire_set_time *message, const uint8_t *payload,
                              size_t payload_bytes);

/* OBJECT: The answer to READ_OBJECT; and once more when the object changed while it was read. */
typedef struct {
    /* The READ_OBJECT that this belongs to. */
    uint16_t request_id;
    /* Whether it can be read; otherwise the rest is 0. */
    uint8_t state;
    /* Of the whole object. */
    uint32_t byte_count;
    /* CRC-32C of the whole object. */
    uint32_t crc;
    /* The answer that a network_input belongs to. */
    uint16_t result_id;
} iso_wire_object;

size_t iso_wire_encode_object(const iso_wire_object *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_object(iso_wire_object *message, const uint8_t *payload, size_t payload_bytes);

/* OBJECT_PART: A part that the credit covers. */
typedef struct {
    /* The READ_OBJECT that this belongs to. */
    uint16_t request_id;
    /* Its place. */
    uint32_t first_byte;
    uint8_t byte_count;
    /* The part. */
    uint8_t bytes[240];
} iso_wire_object_part;

size_t iso_wire_encode_object_part(const iso_wire_object_part *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_object_part(iso_wire_object_part *message, const uint8_t *payload,
                                 size_t payload_bytes);

/* READ_OBJECT: Opens an object for reading; ends a reading that was open. */
typedef struct {
    /* Names this reading. */
    uint16_t request_id;
    /* Which. */
    uint8_t object;
} iso_wire_read_object;

size_t iso_wire_encode_read_object(const iso_wire_read_object *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_read_object(iso_wire_read_object *message, const uint8_t *payload,
                                 size_t payload_bytes);

/* CREDIT: The device may send these bytes; takes the place of the credit before. */
typedef struct {
    /* The READ_OBJECT that this belongs to. */
    uint16_t request_id;
    /* From here: what was lost is asked for again. */
    uint32_t first_byte;
    /* So many at most; 0 pauses. */
    uint16_t byte_count;
} iso_wire_credit;

size_t iso_wire_encode_credit(const iso_wire_credit *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_credit(iso_wire_credit *message, const uint8_t *payload, size_t payload_bytes);

/* TEST_INPUT_HELD: How much of a test input the device holds; the answer to TEST_INPUT. */
typedef struct {
    /* Bytes from the first on, without a gap. */
    uint32_t byte_count;
} iso_wire_test_input_held;

size_t iso_wire_encode_test_input_held(const iso_wire_test_input_held *message, uint8_t *payload,
                                       size_t capacity);
bool iso_wire_decode_test_input_held(iso_wire_test_input_held *message, const uint8_t *payload,
                                     size_t payload_bytes);

/* TEST_LAYER: One layer of a test run, in the order they run, forward then gradient. */
typedef struct {
    /* From 0. */
    uint16_t layer_index;
    /* Of its output. */
    uint32_t byte_count;
    /* CRC-32C of its output. */
    uint32_t crc;
} iso_wire_test_layer;

size_t iso_wire_encode_test_layer(const iso_wire_test_layer *message, uint8_t *payload,
                                  size_t capacity);
bool iso_wire_decode_test_layer(iso_wire_test_layer *message, const uint8_t *payload,
                                size_t payload_bytes);

/*
 * TEST_RESULT: A test run has ended, or was refused; the answer to TEST_RUN, and to TEST_INPUT
 * where it is refused.
 */
typedef struct {
    /* Whether the network ran; without, the rest is 0. */
    uint8_t status;
    /* The class that was explained. */
    uint8_t explained_class;
    /* CRC-32C of the gradient; of no bytes without explanation. */
    uint32_t gradient_crc;
    /* Saturated gradient values of this run. */
    uint32_t saturations;
    uint8_t logit_count;
    /* Steps, one per class. */
    int16_t logits[8];
} iso_wire_test_result;

size_t iso_wire_encode_test_result(const iso_wire_test_result *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_test_result(iso_wire_test_result *message, const uint8_t *payload,
                                 size_t payload_bytes);

/*
 * TEST_INPUT: A part of an input of the network, for a device that is stopped. A part at 0 begins
 * anew.
 */
typedef struct {
    /* Its place; one that does not follow what is held is left out. */
    uint32_t first_byte;
    uint8_t byte_count;
    /* The network's own codes. */
    uint8_t bytes[240];
} iso_wire_test_input;

size_t iso_wire_encode_test_input(const iso_wire_test_input *message, uint8_t *payload,
                                  size_t capacity);
bool iso_wire_decode_test_input(iso_wire_test_input *message, const uint8_t *payload,
                                size_t payload_bytes);

/* TEST_RUN: Run the network on the input that is held, which is used up. */
typedef struct {
    /* The class to explain, or 255 for the winner. */
    uint8_t class_index;
    /* CRC-32C of the whole input. */
    uint32_t input_crc;
} iso_wire_test_run;

size_t iso_wire_encode_test_run(const iso_wire_test_run *message, uint8_t *payload,
                                size_t capacity);
bool iso_wire_decode_test_run(iso_wire_test_run *message, const uint8_t *payload,
                              size_t payload_bytes);

/* UPDATE_STATE: The answer to UPDATE_BEGIN and UPDATE. */
typedef struct {
    /* The request that this answers. */
    uint16_t request_id;
    /* Whether it was done; of a check, how it ended. */
    uint8_t outcome;
    /* How far the update is. */
    uint8_t phase;
    /* 0 or 1; 255: the image runs from no slot and takes no update. */
    uint8_t running_slot;
    /* 1: the running image has yet to be confirmed. */
    uint8_t on_trial;
    /* Starts that it has left before the one before it returns. */
    uint8_t attempts_left;
    /* 1: the last trial was given up, and this image returned. */
    uint8_t rolled_back;
    /* That of HELLO. */
    uint32_t boot_id;
    /* That of HELLO. */
    uint32_t build_id;
    /* Of the running image: major in the top byte, minor in the next, patch in the lower two. */
    uint32_t version;
    /* The least version that is taken. */
    uint32_t oldest_allowed;
    /* Where an image must be linked to run from the other slot. */
    uint32_t free_slot_address;
    /* Room for the image, its header included. */
    uint32_t free_slot_bytes;
    /* Bytes erased or checked so far, in these phases. */
    uint32_t work_done;
    /* Of so many. */
    uint32_t work_bytes;
    /* Bytes of the program that are held: go on from here. */
    uint32_t held_bytes;
    /* The host may send as far as this byte. */
    uint32_t credit_bytes;
} iso_wire_update_state;

size_t iso_wire_encode_update_state(const iso_wire_update_state *message, uint8_t *payload,
                                    size_t capacity);
bool iso_wire_decode_update_state(iso_wire_update_state *message, const uint8_t *payload,
                                  size_t payload_bytes);

/* UPDATE_HELD: The answer to UPDATE_DATA. */
typedef struct {
    /* Bytes of the program from the first on, without a gap. */
    uint32_t held_bytes;
    /* The host may send as far as this byte. */
    uint32_t credit_bytes;
} iso_wire_update_held;

size_t iso_wire_encode_update_held(const iso_wire_update_held *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_update_held(iso_wire_update_held *message, const uint8_t *payload,
                                 size_t payload_bytes);

/*
 * UPDATE_BEGIN: Begins an update, or goes on with one of the same header. The device acquires no
 * more until it restarts.
 */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
    /* Of the image: judged before anything is erased. */
    uint8_t header[256];
} iso_wire_update_begin;

size_t iso_wire_encode_update_begin(const iso_wire_update_begin *message, uint8_t *payload,
                                    size_t capacity);
bool iso_wire_decode_update_begin(iso_wire_update_begin *message, const uint8_t *payload,
                                  size_t payload_bytes);

/* UPDATE_DATA: A part of the program, within the credit. */
typedef struct {
    /* Its place; one that does not follow what is held is left out. */
    uint32_t first_byte;
    uint8_t byte_count;
    /* The part. */
    uint8_t bytes[240];
} iso_wire_update_data;

size_t iso_wire_encode_update_data(const iso_wire_update_data *message, uint8_t *payload,
                                   size_t capacity);
bool iso_wire_decode_update_data(iso_wire_update_data *message, const uint8_t *payload,
                                 size_t payload_bytes);

/*
 * UPDATE: tell: nothing but the answer; check: what was received; activate: try it at the next
 * start; restart: start anew, if bootId is the run's; confirm: keep the image that runs; give_up:
 * the one before returns at the next start.
 */
typedef struct {
    /* Names this request; the answer carries it. */
    uint16_t request_id;
    /* What is wanted. */
    uint8_t action;
    /* The run to end, of restart. */
    uint32_t boot_id;
} iso_wire_update;

size_t iso_wire_encode_update(const iso_wire_update *message, uint8_t *payload, size_t capacity);
bool iso_wire_decode_update(iso_wire_update *message, const uint8_t *payload, size_t payload_bytes);

#endif

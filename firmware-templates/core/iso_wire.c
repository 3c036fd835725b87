/* Generated from host/protocol/schema.ts by `npm run generate`: do not edit. */
#include "iso_wire.h"

#include <string.h>

typedef struct {
    uint8_t *bytes;
    size_t capacity;
    size_t used;
    bool failed;
} writer;

typedef struct {
    const uint8_t *bytes;
    size_t size;
    size_t used;
    bool failed;
} reader;

static void put_u8(writer *out, uint8_t value) {
    if (out->used >= out->capacity) {
        out->failed = true;
        return;
    }
    out->bytes[out->used] = value;
    out->used++;
}

static void put_u16(writer *out, uint16_t value) {
    put_u8(out, (uint8_t)(value & 0xFFu));
    put_u8(out, (uint8_t)(value >> 8));
}

static void put_u32(writer *out, uint32_t value) {
    put_u16(out, (uint16_t)(value & 0xFFFFu));
    put_u16(out, (uint16_t)(value >> 16));
}

static void put_f32(writer *out, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(out, bits);
}

static void put_choice(writer *out, uint8_t value, uint8_t choices) {
    if (value >= choices) {
        out->failed = true;
    }
    put_u8(out, value);
}

static size_t bounded(uint8_t count, uint8_t max) {
    return count <= max ? count : max;
}

static void put_count(writer *out, uint8_t count, uint8_t max) {
    if (count > max) {
        out->failed = true;
    }
    put_u8(out, count);
}

static void put_text(writer *out, const char *text, uint8_t max) {
    uint8_t length = 0;
    while (length < max && text[length] != '\0') {
        length++;
    }
    put_u8(out, length);
    for (uint8_t i = 0; i < length; i++) {
        put_u8(out, (uint8_t)text[i]);
    }
}

static uint8_t get_u8(reader *in) {
    if (in->used >= in->size) {
        in->failed = true;
        return 0;
    }
    uint8_t value = in->bytes[in->used];
    in->used++;
    return value;
}

static uint16_t get_u16(reader *in) {
    uint16_t low = get_u8(in);
    uint16_t high = get_u8(in);
    return (uint16_t)(low | (uint16_t)(high << 8));
}

static uint32_t get_u32(reader *in) {
    uint32_t low = get_u16(in);
    uint32_t high = get_u16(in);
    return low | (high << 16);
}

static float get_f32(reader *in) {
    uint32_t bits = get_u32(in);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint8_t get_choice(reader *in, uint8_t choices) {
    uint8_t value = get_u8(in);
    if (value >= choices) {
        in->failed = true;
    }
    return value;
}

/* A count beyond its maximum fails and reads as nothing, so that no loop leaves its array. */
static uint8_t get_count(reader *in, uint8_t max) {
    uint8_t count = get_u8(in);
    if (count > max) {
        in->failed = true;
        return 0;
    }
    return count;
}

static void get_text(reader *in, char *text, uint8_t max) {
    uint8_t length = get_count(in, max);
    for (uint8_t i = 0; i < length; i++) {
        text[i] = (char)get_u8(in);
        if (text[i] == '\0') {
            in->failed = true;
        }
    }
    text[length] = '\0';
}

void iso_wire_set_text(char *field, size_t capacity, const char *text) {
    size_t length = 0;
    while (length + 1u < capacity && text[length] != '\0') {
        field[length] = text[length];
        length++;
    }
    field[length] = '\0';
}

bool iso_wire_type_is_plain(uint8_t type) {
    switch (type) {
    case ISO_WIRE_HELLO:
    case ISO_WIRE_HELLO_REQUEST:
    case ISO_WIRE_UPDATE_STATE:
    case ISO_WIRE_UPDATE_HELD:
    case ISO_WIRE_UPDATE_BEGIN:
    case ISO_WIRE_UPDATE_DATA:
    case ISO_WIRE_UPDATE:
        return true;
    default:
        return false;
    }
}

bool iso_wire_type_is_known(uint8_t type) {
    switch (type) {
    case ISO_WIRE_HELLO:
    case ISO_WIRE_HELLO_REQUEST:
    case ISO_WIRE_STATUS:
    case ISO_WIRE_LOG:
    case ISO_WIRE_SAMPLES:
    case ISO_WIRE_INJECT:
    case ISO_WIRE_END_OF_RECORD:
    case ISO_WIRE_END:
    case ISO_WIRE_BEAT:
    case ISO_WIRE_SIGNAL_STATE:
    case ISO_WIRE_PACER_SPIKE:
    case ISO_WIRE_BEAT_MEASUREMENT:
    case ISO_WIRE_MEDIAN_LEAD:
    case ISO_WIRE_RESULT:
    case ISO_WIRE_EXPLANATION:
    case ISO_WIRE_BEAT_LEAD:
    case ISO_WIRE_BEAT_ATTRIBUTION:
    case ISO_WIRE_BEAT_FIDUCIALS:
    case ISO_WIRE_PATH:
    case ISO_WIRE_RESULT_END:
    case ISO_WIRE_EXPLAIN:
    case ISO_WIRE_ACK:
    case ISO_WIRE_CONFIGURATION:
    case ISO_WIRE_COMMAND_RESULT:
    case ISO_WIRE_SETTING:
    case ISO_WIRE_SELF_TEST_RESULT:
    case ISO_WIRE_START:
    case ISO_WIRE_STOP:
    case ISO_WIRE_SET_CLASS:
    case ISO_WIRE_REBOOT:
    case ISO_WIRE_SELF_TEST:
    case ISO_WIRE_GET_SETTING:
    case ISO_WIRE_SET_SETTING:
    case ISO_WIRE_TEST_SIGNAL:
    case ISO_WIRE_SET_TEST_SIGNAL:
    case ISO_WIRE_TIME_REPLY:
    case ISO_WIRE_TIME_REQUEST:
    case ISO_WIRE_SET_TIME:
    case ISO_WIRE_OBJECT:
    case ISO_WIRE_OBJECT_PART:
    case ISO_WIRE_READ_OBJECT:
    case ISO_WIRE_CREDIT:
    case ISO_WIRE_TEST_INPUT_HELD:
    case ISO_WIRE_TEST_LAYER:
    case ISO_WIRE_TEST_RESULT:
    case ISO_WIRE_TEST_INPUT:
    case ISO_WIRE_TEST_RUN:
    case ISO_WIRE_UPDATE_STATE:
    case ISO_WIRE_UPDATE_HELD:
    case ISO_WIRE_UPDATE_BEGIN:
    case ISO_WIRE_UPDATE_DATA:
    case ISO_WIRE_UPDATE:
        return true;
    default:
        return false;
    }
}

size_t iso_wire_encode_hello(const iso_wire_hello *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->protocol_version);
    put_u32(&out, message->schema_hash);
    put_text(&out, message->board_name, 32u);
    put_text(&out, message->model_name, 32u);
    put_u32(&out, message->model_hash);
    put_u32(&out, message->build_id);
    put_u32(&out, message->boot_id);
    put_count(&out, message->unique_id_bytes, 16u);
    for (size_t i = 0; i < bounded(message->unique_id_bytes, 16u); i++) {
        put_u8(&out, message->unique_id[i]);
    }
    put_u16(&out, message->sample_rate_hz);
    put_u16(&out, message->network_rate_hz);
    put_u32(&out, message->lsb_nanovolt);
    put_u8(&out, message->lead_count);
    put_u32(&out, message->ticks_per_second);
    put_u16(&out, message->window_samples);
    put_count(&out, message->class_count, 8u);
    for (size_t i = 0; i < bounded(message->class_count, 8u); i++) {
        put_text(&out, message->class_names[i], 8u);
    }
    put_count(&out, message->operating_point_count, 8u);
    for (size_t i = 0; i < bounded(message->operating_point_count, 8u); i++) {
        put_f32(&out, message->operating_points[i]);
    }
    put_count(&out, message->method_count, 6u);
    for (size_t i = 0; i < bounded(message->method_count, 6u); i++) {
        put_u8(&out, message->methods[i]);
    }
    put_choice(&out, message->reset_cause, 7u);
    put_choice(&out, message->start_state, 3u);
    put_u8(&out, message->start_faults);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_hello(iso_wire_hello *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->protocol_version = get_u16(&in);
    message->schema_hash = get_u32(&in);
    get_text(&in, message->board_name, 32u);
    get_text(&in, message->model_name, 32u);
    message->model_hash = get_u32(&in);
    message->build_id = get_u32(&in);
    message->boot_id = get_u32(&in);
    message->unique_id_bytes = get_count(&in, 16u);
    for (size_t i = 0; i < message->unique_id_bytes; i++) {
        message->unique_id[i] = get_u8(&in);
    }
    message->sample_rate_hz = get_u16(&in);
    message->network_rate_hz = get_u16(&in);
    message->lsb_nanovolt = get_u32(&in);
    message->lead_count = get_u8(&in);
    message->ticks_per_second = get_u32(&in);
    message->window_samples = get_u16(&in);
    message->class_count = get_count(&in, 8u);
    for (size_t i = 0; i < message->class_count; i++) {
        get_text(&in, message->class_names[i], 8u);
    }
    message->operating_point_count = get_count(&in, 8u);
    for (size_t i = 0; i < message->operating_point_count; i++) {
        message->operating_points[i] = get_f32(&in);
    }
    message->method_count = get_count(&in, 6u);
    for (size_t i = 0; i < message->method_count; i++) {
        message->methods[i] = get_u8(&in);
    }
    message->reset_cause = get_choice(&in, 7u);
    message->start_state = get_choice(&in, 3u);
    message->start_faults = get_u8(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_hello_request(const iso_wire_hello_request *message, uint8_t *payload,
                                     size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->host_version);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_hello_request(iso_wire_hello_request *message, const uint8_t *payload,
                                   size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->host_version = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_status(const iso_wire_status *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->uptime_ms);
    put_u32(&out, message->device_tick);
    put_u32(&out, message->samples_received);
    put_u32(&out, message->samples_dropped);
    put_u32(&out, message->frames_dropped);
    put_u32(&out, message->receive_errors);
    put_u16(&out, message->transmit_high_water);
    put_u16(&out, message->receive_high_water);
    put_u16(&out, message->cpu_load_permille);
    put_u32(&out, message->stack_high_water_bytes);
    put_u32(&out, message->gradient_saturations);
    put_u16(&out, message->inject_credit);
    put_u32(&out, message->loop_worst_ticks);
    put_u32(&out, message->interrupt_worst_ticks);
    for (size_t i = 0; i < 10u; i++) {
        put_u32(&out, message->duty_worst_ticks[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_status(iso_wire_status *message, const uint8_t *payload,
                            size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->uptime_ms = get_u32(&in);
    message->device_tick = get_u32(&in);
    message->samples_received = get_u32(&in);
    message->samples_dropped = get_u32(&in);
    message->frames_dropped = get_u32(&in);
    message->receive_errors = get_u32(&in);
    message->transmit_high_water = get_u16(&in);
    message->receive_high_water = get_u16(&in);
    message->cpu_load_permille = get_u16(&in);
    message->stack_high_water_bytes = get_u32(&in);
    message->gradient_saturations = get_u32(&in);
    message->inject_credit = get_u16(&in);
    message->loop_worst_ticks = get_u32(&in);
    message->interrupt_worst_ticks = get_u32(&in);
    for (size_t i = 0; i < 10u; i++) {
        message->duty_worst_ticks[i] = get_u32(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_log(const iso_wire_log *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_choice(&out, message->level, 3u);
    put_text(&out, message->text, 200u);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_log(iso_wire_log *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->level = get_choice(&in, 3u);
    get_text(&in, message->text, 200u);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_samples(const iso_wire_samples *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->first_sample_index);
    put_u32(&out, message->device_tick);
    put_u32(&out, message->samples_dropped);
    put_count(&out, message->sample_count, 10u);
    for (size_t i = 0; i < bounded(message->sample_count, 10u) * 8u; i++) {
        put_u16(&out, (uint16_t)message->microvolt[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_samples(iso_wire_samples *message, const uint8_t *payload,
                             size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->first_sample_index = get_u32(&in);
    message->device_tick = get_u32(&in);
    message->samples_dropped = get_u32(&in);
    message->sample_count = get_count(&in, 10u);
    for (size_t i = 0; i < (size_t)message->sample_count * 8u; i++) {
        message->microvolt[i] = (int16_t)get_u16(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_inject(const iso_wire_inject *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->first_sample_index);
    put_u16(&out, message->contact_measured);
    put_u16(&out, message->contact_off);
    put_count(&out, message->sample_count, 20u);
    for (size_t i = 0; i < bounded(message->sample_count, 20u) * 8u; i++) {
        put_u16(&out, (uint16_t)message->microvolt[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_inject(iso_wire_inject *message, const uint8_t *payload,
                            size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->first_sample_index = get_u32(&in);
    message->contact_measured = get_u16(&in);
    message->contact_off = get_u16(&in);
    message->sample_count = get_count(&in, 20u);
    for (size_t i = 0; i < (size_t)message->sample_count * 8u; i++) {
        message->microvolt[i] = (int16_t)get_u16(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_end_of_record(const iso_wire_end_of_record *message, uint8_t *payload,
                                     size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->sample_count);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_end_of_record(iso_wire_end_of_record *message, const uint8_t *payload,
                                   size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->sample_count = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_end(const iso_wire_end *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->sample_count);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_end(iso_wire_end *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->sample_count = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_beat(const iso_wire_beat *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->sample_index);
    put_u16(&out, message->rr_ms);
    put_u8(&out, message->noise_percent);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_beat(iso_wire_beat *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->sample_index = get_u32(&in);
    message->rr_ms = get_u16(&in);
    message->noise_percent = get_u8(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_signal_state(const iso_wire_signal_state *message, uint8_t *payload,
                                    size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->sample_index);
    put_choice(&out, message->stages, 2u);
    put_choice(&out, message->source, 2u);
    put_choice(&out, message->contact_ra, 3u);
    put_choice(&out, message->contact_la, 3u);
    put_choice(&out, message->contact_ll, 3u);
    put_choice(&out, message->contact_v1, 3u);
    put_choice(&out, message->contact_v2, 3u);
    put_choice(&out, message->contact_v3, 3u);
    put_choice(&out, message->contact_v4, 3u);
    put_choice(&out, message->contact_v5, 3u);
    put_choice(&out, message->contact_v6, 3u);
    put_choice(&out, message->quality, 3u);
    for (size_t i = 0; i < 8u; i++) {
        put_u8(&out, message->lead_reasons[i]);
    }
    put_choice(&out, message->limb_reversal, 12u);
    put_choice(&out, message->chest_reversal, 12u);
    put_choice(&out, message->mains, 4u);
    put_u32(&out, message->mains_millihertz);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_signal_state(iso_wire_signal_state *message, const uint8_t *payload,
                                  size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->sample_index = get_u32(&in);
    message->stages = get_choice(&in, 2u);
    message->source = get_choice(&in, 2u);
    message->contact_ra = get_choice(&in, 3u);
    message->contact_la = get_choice(&in, 3u);
    message->contact_ll = get_choice(&in, 3u);
    message->contact_v1 = get_choice(&in, 3u);
    message->contact_v2 = get_choice(&in, 3u);
    message->contact_v3 = get_choice(&in, 3u);
    message->contact_v4 = get_choice(&in, 3u);
    message->contact_v5 = get_choice(&in, 3u);
    message->contact_v6 = get_choice(&in, 3u);
    message->quality = get_choice(&in, 3u);
    for (size_t i = 0; i < 8u; i++) {
        message->lead_reasons[i] = get_u8(&in);
    }
    message->limb_reversal = get_choice(&in, 12u);
    message->chest_reversal = get_choice(&in, 12u);
    message->mains = get_choice(&in, 4u);
    message->mains_millihertz = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_pacer_spike(const iso_wire_pacer_spike *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->sample_index);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_pacer_spike(iso_wire_pacer_spike *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->sample_index = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_beat_measurement(const iso_wire_beat_measurement *message, uint8_t *payload,
                                        size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->sample_index);
    put_u8(&out, message->beat_count);
    put_u16(&out, (uint16_t)message->p_onset);
    put_u16(&out, (uint16_t)message->p_end);
    put_u16(&out, (uint16_t)message->qrs_onset);
    put_u16(&out, (uint16_t)message->qrs_end);
    put_u16(&out, (uint16_t)message->t_peak);
    put_u16(&out, (uint16_t)message->t_end);
    put_u16(&out, message->heart_rate_per_min);
    put_u16(&out, message->mean_rr_ms);
    put_u16(&out, message->pr_ms);
    put_u16(&out, message->qrs_ms);
    put_u16(&out, message->qt_ms);
    put_u16(&out, message->qtc_fridericia_ms);
    put_u16(&out, message->qtc_bazett_ms);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_beat_measurement(iso_wire_beat_measurement *message, const uint8_t *payload,
                                      size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->sample_index = get_u32(&in);
    message->beat_count = get_u8(&in);
    message->p_onset = (int16_t)get_u16(&in);
    message->p_end = (int16_t)get_u16(&in);
    message->qrs_onset = (int16_t)get_u16(&in);
    message->qrs_end = (int16_t)get_u16(&in);
    message->t_peak = (int16_t)get_u16(&in);
    message->t_end = (int16_t)get_u16(&in);
    message->heart_rate_per_min = get_u16(&in);
    message->mean_rr_ms = get_u16(&in);
    message->pr_ms = get_u16(&in);
    message->qrs_ms = get_u16(&in);
    message->qt_ms = get_u16(&in);
    message->qtc_fridericia_ms = get_u16(&in);
    message->qtc_bazett_ms = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_median_lead(const iso_wire_median_lead *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->sample_index);
    put_u8(&out, message->lead_index);
    put_u16(&out, message->rate_hz);
    put_u8(&out, message->centre_index);
    put_count(&out, message->sample_count, 148u);
    for (size_t i = 0; i < bounded(message->sample_count, 148u); i++) {
        put_u16(&out, (uint16_t)message->microvolt[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_median_lead(iso_wire_median_lead *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->sample_index = get_u32(&in);
    message->lead_index = get_u8(&in);
    message->rate_hz = get_u16(&in);
    message->centre_index = get_u8(&in);
    message->sample_count = get_count(&in, 148u);
    for (size_t i = 0; i < message->sample_count; i++) {
        message->microvolt[i] = (int16_t)get_u16(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_result(const iso_wire_result *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    put_u32(&out, message->window_first_sample_index);
    put_u16(&out, message->window_sample_count);
    put_u8(&out, message->winner);
    put_u32(&out, message->network_microseconds);
    put_u32(&out, message->explain_microseconds);
    put_f32(&out, message->unfamiliarity);
    put_count(&out, message->probability_count, 8u);
    for (size_t i = 0; i < bounded(message->probability_count, 8u); i++) {
        put_f32(&out, message->probabilities[i]);
    }
    put_count(&out, message->logit_count, 8u);
    for (size_t i = 0; i < bounded(message->logit_count, 8u); i++) {
        put_f32(&out, message->logits[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_result(iso_wire_result *message, const uint8_t *payload,
                            size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    message->window_first_sample_index = get_u32(&in);
    message->window_sample_count = get_u16(&in);
    message->winner = get_u8(&in);
    message->network_microseconds = get_u32(&in);
    message->explain_microseconds = get_u32(&in);
    message->unfamiliarity = get_f32(&in);
    message->probability_count = get_count(&in, 8u);
    for (size_t i = 0; i < message->probability_count; i++) {
        message->probabilities[i] = get_f32(&in);
    }
    message->logit_count = get_count(&in, 8u);
    for (size_t i = 0; i < message->logit_count; i++) {
        message->logits[i] = get_f32(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_explanation(const iso_wire_explanation *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    put_u8(&out, message->class_index);
    put_choice(&out, message->method, 6u);
    put_choice(&out, message->mapping, 3u);
    put_choice(&out, message->transform, 3u);
    put_u8(&out, message->beat_count);
    put_f32(&out, message->residual_share);
    for (size_t i = 0; i < 3u; i++) {
        put_f32(&out, message->mean_qrs_microvolt[i]);
    }
    put_u8(&out, message->top_segment);
    for (size_t i = 0; i < 36u; i++) {
        put_f32(&out, message->lead_evidence[i]);
    }
    for (size_t i = 0; i < 21u; i++) {
        put_f32(&out, message->segment_scores[i]);
    }
    for (size_t i = 0; i < 21u; i++) {
        put_f32(&out, message->segment_spread[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_explanation(iso_wire_explanation *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    message->class_index = get_u8(&in);
    message->method = get_choice(&in, 6u);
    message->mapping = get_choice(&in, 3u);
    message->transform = get_choice(&in, 3u);
    message->beat_count = get_u8(&in);
    message->residual_share = get_f32(&in);
    for (size_t i = 0; i < 3u; i++) {
        message->mean_qrs_microvolt[i] = get_f32(&in);
    }
    message->top_segment = get_u8(&in);
    for (size_t i = 0; i < 36u; i++) {
        message->lead_evidence[i] = get_f32(&in);
    }
    for (size_t i = 0; i < 21u; i++) {
        message->segment_scores[i] = get_f32(&in);
    }
    for (size_t i = 0; i < 21u; i++) {
        message->segment_spread[i] = get_f32(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_beat_lead(const iso_wire_beat_lead *message, uint8_t *payload,
                                 size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    put_u8(&out, message->lead_index);
    put_u16(&out, message->rate_hz);
    put_u8(&out, message->r_index);
    put_count(&out, message->sample_count, 80u);
    for (size_t i = 0; i < bounded(message->sample_count, 80u); i++) {
        put_u16(&out, (uint16_t)message->microvolt[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_beat_lead(iso_wire_beat_lead *message, const uint8_t *payload,
                               size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    message->lead_index = get_u8(&in);
    message->rate_hz = get_u16(&in);
    message->r_index = get_u8(&in);
    message->sample_count = get_count(&in, 80u);
    for (size_t i = 0; i < message->sample_count; i++) {
        message->microvolt[i] = (int16_t)get_u16(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_beat_attribution(const iso_wire_beat_attribution *message, uint8_t *payload,
                                        size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    put_u8(&out, message->lead_index);
    put_f32(&out, message->scale);
    put_count(&out, message->sample_count, 80u);
    for (size_t i = 0; i < bounded(message->sample_count, 80u); i++) {
        put_u8(&out, (uint8_t)message->steps[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_beat_attribution(iso_wire_beat_attribution *message, const uint8_t *payload,
                                      size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    message->lead_index = get_u8(&in);
    message->scale = get_f32(&in);
    message->sample_count = get_count(&in, 80u);
    for (size_t i = 0; i < message->sample_count; i++) {
        message->steps[i] = (int8_t)get_u8(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_beat_fiducials(const iso_wire_beat_fiducials *message, uint8_t *payload,
                                      size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    put_u16(&out, (uint16_t)message->p_onset);
    put_u16(&out, (uint16_t)message->p_end);
    put_u16(&out, (uint16_t)message->qrs_onset);
    put_u16(&out, (uint16_t)message->j_point);
    put_u16(&out, (uint16_t)message->t_peak);
    put_u16(&out, (uint16_t)message->t_end);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_beat_fiducials(iso_wire_beat_fiducials *message, const uint8_t *payload,
                                    size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    message->p_onset = (int16_t)get_u16(&in);
    message->p_end = (int16_t)get_u16(&in);
    message->qrs_onset = (int16_t)get_u16(&in);
    message->j_point = (int16_t)get_u16(&in);
    message->t_peak = (int16_t)get_u16(&in);
    message->t_end = (int16_t)get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_path(const iso_wire_path *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    put_u8(&out, message->part_index);
    put_u8(&out, message->part_count);
    put_count(&out, message->point_count, 40u);
    for (size_t i = 0; i < bounded(message->point_count, 40u); i++) {
        put_u16(&out, (uint16_t)message->points[i].x_hundredth_mm);
        put_u16(&out, (uint16_t)message->points[i].y_hundredth_mm);
        put_u16(&out, (uint16_t)message->points[i].z_hundredth_mm);
        put_choice(&out, message->points[i].phase, 3u);
        put_f32(&out, message->points[i].evidence);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_path(iso_wire_path *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    message->part_index = get_u8(&in);
    message->part_count = get_u8(&in);
    message->point_count = get_count(&in, 40u);
    for (size_t i = 0; i < message->point_count; i++) {
        message->points[i].x_hundredth_mm = (int16_t)get_u16(&in);
        message->points[i].y_hundredth_mm = (int16_t)get_u16(&in);
        message->points[i].z_hundredth_mm = (int16_t)get_u16(&in);
        message->points[i].phase = get_choice(&in, 3u);
        message->points[i].evidence = get_f32(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_result_end(const iso_wire_result_end *message, uint8_t *payload,
                                  size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    put_choice(&out, message->explanation, 9u);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_result_end(iso_wire_result_end *message, const uint8_t *payload,
                                size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    message->explanation = get_choice(&in, 9u);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_explain(const iso_wire_explain *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u8(&out, message->class_index);
    put_choice(&out, message->method, 6u);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_explain(iso_wire_explain *message, const uint8_t *payload,
                             size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->class_index = get_u8(&in);
    message->method = get_choice(&in, 6u);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_ack(const iso_wire_ack *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->result_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_ack(iso_wire_ack *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->result_id = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_configuration(const iso_wire_configuration *message, uint8_t *payload,
                                     size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->link_baud);
    put_u32(&out, message->result_interval_ms);
    put_u8(&out, message->samples_per_frame);
    put_u8(&out, message->explanations);
    put_u8(&out, message->median_beats);
    put_u8(&out, message->measures_beats);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_configuration(iso_wire_configuration *message, const uint8_t *payload,
                                   size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->link_baud = get_u32(&in);
    message->result_interval_ms = get_u32(&in);
    message->samples_per_frame = get_u8(&in);
    message->explanations = get_u8(&in);
    message->median_beats = get_u8(&in);
    message->measures_beats = get_u8(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_command_result(const iso_wire_command_result *message, uint8_t *payload,
                                      size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->outcome, 6u);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_command_result(iso_wire_command_result *message, const uint8_t *payload,
                                    size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->outcome = get_choice(&in, 6u);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_setting(const iso_wire_setting *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->outcome, 6u);
    put_choice(&out, message->setting, 4u);
    put_u32(&out, message->value);
    put_u32(&out, message->least);
    put_u32(&out, message->most);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_setting(iso_wire_setting *message, const uint8_t *payload,
                             size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->outcome = get_choice(&in, 6u);
    message->setting = get_choice(&in, 4u);
    message->value = get_u32(&in);
    message->least = get_u32(&in);
    message->most = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_self_test_result(const iso_wire_self_test_result *message, uint8_t *payload,
                                        size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->outcome, 4u);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_self_test_result(iso_wire_self_test_result *message, const uint8_t *payload,
                                      size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->outcome = get_choice(&in, 4u);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_start(const iso_wire_start *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_start(iso_wire_start *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_stop(const iso_wire_stop *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_stop(iso_wire_stop *message, const uint8_t *payload, size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_set_class(const iso_wire_set_class *message, uint8_t *payload,
                                 size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u8(&out, message->class_index);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_set_class(iso_wire_set_class *message, const uint8_t *payload,
                               size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->class_index = get_u8(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_reboot(const iso_wire_reboot *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u32(&out, message->boot_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_reboot(iso_wire_reboot *message, const uint8_t *payload,
                            size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->boot_id = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_self_test(const iso_wire_self_test *message, uint8_t *payload,
                                 size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_self_test(iso_wire_self_test *message, const uint8_t *payload,
                               size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_get_setting(const iso_wire_get_setting *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->setting, 4u);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_get_setting(iso_wire_get_setting *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->setting = get_choice(&in, 4u);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_set_setting(const iso_wire_set_setting *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->setting, 4u);
    put_u32(&out, message->value);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_set_setting(iso_wire_set_setting *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->setting = get_choice(&in, 4u);
    message->value = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_test_signal(const iso_wire_test_signal *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->outcome, 6u);
    put_u32(&out, message->peak_to_peak_microvolt);
    put_u16(&out, message->period_samples);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_test_signal(iso_wire_test_signal *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->outcome = get_choice(&in, 6u);
    message->peak_to_peak_microvolt = get_u32(&in);
    message->period_samples = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_set_test_signal(const iso_wire_set_test_signal *message, uint8_t *payload,
                                       size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u8(&out, message->on);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_set_test_signal(iso_wire_set_test_signal *message, const uint8_t *payload,
                                     size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->on = get_u8(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_time_reply(const iso_wire_time_reply *message, uint8_t *payload,
                                  size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u32(&out, message->received_tick);
    put_u32(&out, message->sent_tick);
    put_u32(&out, message->unix_seconds);
    put_u16(&out, message->milliseconds);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_time_reply(iso_wire_time_reply *message, const uint8_t *payload,
                                size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->received_tick = get_u32(&in);
    message->sent_tick = get_u32(&in);
    message->unix_seconds = get_u32(&in);
    message->milliseconds = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_time_request(const iso_wire_time_request *message, uint8_t *payload,
                                    size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_time_request(iso_wire_time_request *message, const uint8_t *payload,
                                  size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_set_time(const iso_wire_set_time *message, uint8_t *payload,
                                size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u32(&out, message->unix_seconds);
    put_u16(&out, message->milliseconds);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_set_time(iso_wire_set_time *message, const uint8_t *payload,
                              size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->unix_seconds = get_u32(&in);
    message->milliseconds = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_object(const iso_wire_object *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->state, 3u);
    put_u32(&out, message->byte_count);
    put_u32(&out, message->crc);
    put_u16(&out, message->result_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_object(iso_wire_object *message, const uint8_t *payload,
                            size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->state = get_choice(&in, 3u);
    message->byte_count = get_u32(&in);
    message->crc = get_u32(&in);
    message->result_id = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_object_part(const iso_wire_object_part *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u32(&out, message->first_byte);
    put_count(&out, message->byte_count, 240u);
    for (size_t i = 0; i < bounded(message->byte_count, 240u); i++) {
        put_u8(&out, message->bytes[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_object_part(iso_wire_object_part *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->first_byte = get_u32(&in);
    message->byte_count = get_count(&in, 240u);
    for (size_t i = 0; i < message->byte_count; i++) {
        message->bytes[i] = get_u8(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_read_object(const iso_wire_read_object *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->object, 3u);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_read_object(iso_wire_read_object *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->object = get_choice(&in, 3u);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_credit(const iso_wire_credit *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_u32(&out, message->first_byte);
    put_u16(&out, message->byte_count);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_credit(iso_wire_credit *message, const uint8_t *payload,
                            size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->first_byte = get_u32(&in);
    message->byte_count = get_u16(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_test_input_held(const iso_wire_test_input_held *message, uint8_t *payload,
                                       size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->byte_count);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_test_input_held(iso_wire_test_input_held *message, const uint8_t *payload,
                                     size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->byte_count = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_test_layer(const iso_wire_test_layer *message, uint8_t *payload,
                                  size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->layer_index);
    put_u32(&out, message->byte_count);
    put_u32(&out, message->crc);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_test_layer(iso_wire_test_layer *message, const uint8_t *payload,
                                size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->layer_index = get_u16(&in);
    message->byte_count = get_u32(&in);
    message->crc = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_test_result(const iso_wire_test_result *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_choice(&out, message->status, 4u);
    put_u8(&out, message->explained_class);
    put_u32(&out, message->gradient_crc);
    put_u32(&out, message->saturations);
    put_count(&out, message->logit_count, 8u);
    for (size_t i = 0; i < bounded(message->logit_count, 8u); i++) {
        put_u16(&out, (uint16_t)message->logits[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_test_result(iso_wire_test_result *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->status = get_choice(&in, 4u);
    message->explained_class = get_u8(&in);
    message->gradient_crc = get_u32(&in);
    message->saturations = get_u32(&in);
    message->logit_count = get_count(&in, 8u);
    for (size_t i = 0; i < message->logit_count; i++) {
        message->logits[i] = (int16_t)get_u16(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_test_input(const iso_wire_test_input *message, uint8_t *payload,
                                  size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->first_byte);
    put_count(&out, message->byte_count, 240u);
    for (size_t i = 0; i < bounded(message->byte_count, 240u); i++) {
        put_u8(&out, message->bytes[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_test_input(iso_wire_test_input *message, const uint8_t *payload,
                                size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->first_byte = get_u32(&in);
    message->byte_count = get_count(&in, 240u);
    for (size_t i = 0; i < message->byte_count; i++) {
        message->bytes[i] = get_u8(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_test_run(const iso_wire_test_run *message, uint8_t *payload,
                                size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u8(&out, message->class_index);
    put_u32(&out, message->input_crc);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_test_run(iso_wire_test_run *message, const uint8_t *payload,
                              size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->class_index = get_u8(&in);
    message->input_crc = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_update_state(const iso_wire_update_state *message, uint8_t *payload,
                                    size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->outcome, 15u);
    put_choice(&out, message->phase, 6u);
    put_u8(&out, message->running_slot);
    put_u8(&out, message->on_trial);
    put_u8(&out, message->attempts_left);
    put_u8(&out, message->rolled_back);
    put_u32(&out, message->boot_id);
    put_u32(&out, message->build_id);
    put_u32(&out, message->version);
    put_u32(&out, message->oldest_allowed);
    put_u32(&out, message->free_slot_address);
    put_u32(&out, message->free_slot_bytes);
    put_u32(&out, message->work_done);
    put_u32(&out, message->work_bytes);
    put_u32(&out, message->held_bytes);
    put_u32(&out, message->credit_bytes);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_update_state(iso_wire_update_state *message, const uint8_t *payload,
                                  size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->outcome = get_choice(&in, 15u);
    message->phase = get_choice(&in, 6u);
    message->running_slot = get_u8(&in);
    message->on_trial = get_u8(&in);
    message->attempts_left = get_u8(&in);
    message->rolled_back = get_u8(&in);
    message->boot_id = get_u32(&in);
    message->build_id = get_u32(&in);
    message->version = get_u32(&in);
    message->oldest_allowed = get_u32(&in);
    message->free_slot_address = get_u32(&in);
    message->free_slot_bytes = get_u32(&in);
    message->work_done = get_u32(&in);
    message->work_bytes = get_u32(&in);
    message->held_bytes = get_u32(&in);
    message->credit_bytes = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_update_held(const iso_wire_update_held *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->held_bytes);
    put_u32(&out, message->credit_bytes);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_update_held(iso_wire_update_held *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->held_bytes = get_u32(&in);
    message->credit_bytes = get_u32(&in);
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_update_begin(const iso_wire_update_begin *message, uint8_t *payload,
                                    size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    for (size_t i = 0; i < 256u; i++) {
        put_u8(&out, message->header[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_update_begin(iso_wire_update_begin *message, const uint8_t *payload,
                                  size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    for (size_t i = 0; i < 256u; i++) {
        message->header[i] = get_u8(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_update_data(const iso_wire_update_data *message, uint8_t *payload,
                                   size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u32(&out, message->first_byte);
    put_count(&out, message->byte_count, 240u);
    for (size_t i = 0; i < bounded(message->byte_count, 240u); i++) {
        put_u8(&out, message->bytes[i]);
    }
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_update_data(iso_wire_update_data *message, const uint8_t *payload,
                                 size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->first_byte = get_u32(&in);
    message->byte_count = get_count(&in, 240u);
    for (size_t i = 0; i < message->byte_count; i++) {
        message->bytes[i] = get_u8(&in);
    }
    return !in.failed && in.used == in.size;
}

size_t iso_wire_encode_update(const iso_wire_update *message, uint8_t *payload, size_t capacity) {
    writer out = {payload, capacity, 0u, false};
    put_u16(&out, message->request_id);
    put_choice(&out, message->action, 6u);
    put_u32(&out, message->boot_id);
    return out.failed ? 0u : out.used;
}

bool iso_wire_decode_update(iso_wire_update *message, const uint8_t *payload,
                            size_t payload_bytes) {
    reader in = {payload, payload_bytes, 0u, false};
    message->request_id = get_u16(&in);
    message->action = get_choice(&in, 6u);
    message->boot_id = get_u32(&in);
    return !in.failed && in.used == in.size;
}

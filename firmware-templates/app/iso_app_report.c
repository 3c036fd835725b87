#include "iso_app.h"
#include "iso_hal.h"

#include <string.h>

/* The longest frame, and behind it a quarter of a second of samples: what is live goes first. */
#define ROOM_BYTES (ISO_FRAME_MAX_ENCODED + 2500u)
/* A line that moves nothing for so long has no host; the answer is sent again later. */
#define GIVE_UP_MS 1500u

/* A host that has everything acknowledges at once; two repetitions bridge a short loss, more would
 * only fill the line of a host that does not listen. */
#define REPEAT_AFTER_MS 2000u
#define MAX_SENDINGS 3u

/* The largest step of an int8. */
#define ATTRIBUTION_STEPS 127.0f
#define HUNDREDTHS_PER_MM 100.0f

static void send(iso_app *app, uint8_t type, size_t bytes) {
    (void)iso_app_send(app, type, bytes, ISO_APP_WAIT);
}

/* Rounded to the nearest, half away from zero, and held in +-limit. */
static int32_t rounded(float value, float limit) {
    const float held = value > limit ? limit : value < -limit ? -limit : value;
    return (int32_t)(held < 0.0f ? held - 0.5f : held + 0.5f);
}

static const uint8_t transform_on_the_wire[] = {
    [ISO_VCG_INVERSE_DOWER] = ISO_WIRE_TRANSFORM_INVERSE_DOWER,
    [ISO_VCG_KORS] = ISO_WIRE_TRANSFORM_KORS,
    [ISO_VCG_GEOMETRIC] = ISO_WIRE_TRANSFORM_GEOMETRIC,
};

static void send_explanation(iso_app *app) {
    const iso_app_answer *answer = &app->answer;
    const iso_explanation *from = &answer->explanation;
    iso_wire_explanation message = {
        .result_id = answer->result.result_id,
        .class_index = answer->class_index,
        .method = answer->method,
        .mapping = answer->mapping,
        .transform = transform_on_the_wire[iso_heart_default_options.transform],
        .beat_count = from->beat_count,
        .residual_share = from->residual_share,
        .top_segment = from->top_segment,
    };
    memcpy(message.mean_qrs_microvolt, from->mean_qrs_microvolt, sizeof message.mean_qrs_microvolt);
    memcpy(message.lead_evidence, from->lead_evidence, sizeof message.lead_evidence);
    memcpy(message.segment_scores, from->segment_scores, sizeof message.segment_scores);
    memcpy(message.segment_spread, from->segment_spread, sizeof message.segment_spread);
    send(app, ISO_WIRE_EXPLANATION,
         iso_wire_encode_explanation(&message, app->link.payload, sizeof app->link.payload));
}

static void send_beat_lead(iso_app *app, uint8_t lead) {
    iso_wire_beat_lead message = {
        .result_id = app->answer.result.result_id,
        .lead_index = lead,
        .rate_hz = ISO_CHAIN_OUTPUT_HZ,
        .r_index = ISO_HEART_BEAT_R,
        .sample_count = ISO_HEART_BEAT_SAMPLES,
    };
    memcpy(message.microvolt, app->answer.explanation.mean_beat_microvolt[lead],
           sizeof message.microvolt);
    send(app, ISO_WIRE_BEAT_LEAD,
         iso_wire_encode_beat_lead(&message, app->link.payload, sizeof app->link.payload));
}

static void send_beat_attribution(iso_app *app, uint8_t lead) {
    const float *values = app->answer.explanation.attribution[lead];
    float peak = 0.0f;
    for (unsigned t = 0; t < ISO_HEART_BEAT_SAMPLES; t += 1u) {
        const float magnitude = values[t] < 0.0f ? -values[t] : values[t];
        peak = magnitude > peak ? magnitude : peak;
    }
    iso_wire_beat_attribution message = {
        .result_id = app->answer.result.result_id,
        .lead_index = lead,
        .scale = peak / ATTRIBUTION_STEPS,
        .sample_count = ISO_HEART_BEAT_SAMPLES,
    };
    for (unsigned t = 0; t < ISO_HEART_BEAT_SAMPLES && peak > 0.0f; t += 1u) {
        message.steps[t] = (int8_t)rounded(values[t] / peak * ATTRIBUTION_STEPS, ATTRIBUTION_STEPS);
    }
    send(app, ISO_WIRE_BEAT_ATTRIBUTION,
         iso_wire_encode_beat_attribution(&message, app->link.payload, sizeof app->link.payload));
}

static void send_fiducials(iso_app *app) {
    const int16_t *at = app->answer.explanation.fiducials;
    const iso_wire_beat_fiducials message = {
        .result_id = app->answer.result.result_id,
        .p_onset = at[ISO_FIDUCIAL_P_ONSET],
        .p_end = at[ISO_FIDUCIAL_P_END],
        .qrs_onset = at[ISO_FIDUCIAL_QRS_ONSET],
        .j_point = at[ISO_FIDUCIAL_J],
        .t_peak = at[ISO_FIDUCIAL_T_PEAK],
        .t_end = at[ISO_FIDUCIAL_T_END],
    };
    send(app, ISO_WIRE_BEAT_FIDUCIALS,
         iso_wire_encode_beat_fiducials(&message, app->link.payload, sizeof app->link.payload));
}

/* An empty path is one empty part: the host waits for every part that is announced. */
static uint8_t path_parts(const iso_explanation *from) {
    const unsigned full =
        (from->path_length + ISO_WIRE_PATH_MAX_POINT_COUNT - 1u) / ISO_WIRE_PATH_MAX_POINT_COUNT;
    return full == 0u ? 1u : (uint8_t)full;
}

static void send_path_part(iso_app *app, uint8_t part) {
    static iso_wire_path message; /* 500 bytes that need not be on the stack */
    const iso_explanation *from = &app->answer.explanation;
    memset(&message, 0, sizeof message);
    message.result_id = app->answer.result.result_id;
    message.part_index = part;
    message.part_count = path_parts(from);
    const unsigned first = part * ISO_WIRE_PATH_MAX_POINT_COUNT;
    for (unsigned i = first;
         i < from->path_length && message.point_count < ISO_WIRE_PATH_MAX_POINT_COUNT; i += 1u) {
        const iso_path_point *point = &from->path[i];
        iso_wire_path_point *out = &message.points[message.point_count];
        out->x_hundredth_mm = (int16_t)rounded(point->frank_mm[0] * HUNDREDTHS_PER_MM, INT16_MAX);
        out->y_hundredth_mm = (int16_t)rounded(point->frank_mm[1] * HUNDREDTHS_PER_MM, INT16_MAX);
        out->z_hundredth_mm = (int16_t)rounded(point->frank_mm[2] * HUNDREDTHS_PER_MM, INT16_MAX);
        out->phase = point->phase;
        out->evidence = point->evidence;
        message.point_count = (uint8_t)(message.point_count + 1u);
    }
    send(app, ISO_WIRE_PATH,
         iso_wire_encode_path(&message, app->link.payload, sizeof app->link.payload));
}

/* Frames of an explained answer, in their order; the parts of the path follow. */
enum {
    PART_RESULT = 0,
    PART_EXPLANATION = 1,
    PART_BEAT_LEADS = 2,
    PART_BEAT_ATTRIBUTIONS = PART_BEAT_LEADS + ISO_INDEPENDENT_LEADS,
    PART_FIDUCIALS = PART_BEAT_ATTRIBUTIONS + ISO_TWELVE_LEADS,
    PART_PATH = PART_FIDUCIALS + 1
};

static void send_result(iso_app *app) {
    send(app, ISO_WIRE_RESULT,
         iso_wire_encode_result(&app->answer.result, app->link.payload, sizeof app->link.payload));
}

static void send_explanation_part(iso_app *app, unsigned part) {
    if (part == PART_EXPLANATION) {
        send_explanation(app);
    } else if (part < PART_BEAT_ATTRIBUTIONS) {
        send_beat_lead(app, (uint8_t)(part - PART_BEAT_LEADS));
    } else if (part < PART_FIDUCIALS) {
        send_beat_attribution(app, (uint8_t)(part - PART_BEAT_ATTRIBUTIONS));
    } else if (part == PART_FIDUCIALS) {
        send_fiducials(app);
    } else {
        send_path_part(app, (uint8_t)(part - PART_PATH));
    }
}

static void end_sending(iso_app_answer *answer, uint32_t now_ms) {
    answer->sending = false;
    answer->sendings = (uint8_t)(answer->sendings + 1u);
    answer->sent_at_ms = now_ms;
}

static void send_part(iso_app *app) {
    iso_app_answer *answer = &app->answer;
    const unsigned parts = answer->state == ISO_WIRE_EXPLANATION_STATE_SENT
                               ? (unsigned)PART_PATH + path_parts(&answer->explanation)
                               : (unsigned)PART_EXPLANATION;
    if (answer->next_part == PART_RESULT) {
        send_result(app);
    } else if (answer->next_part < parts) {
        send_explanation_part(app, answer->next_part);
    } else {
        const iso_wire_result_end end = {.result_id = answer->result.result_id,
                                         .explanation = answer->state};
        send(app, ISO_WIRE_RESULT_END,
             iso_wire_encode_result_end(&end, app->link.payload, sizeof app->link.payload));
        end_sending(answer, app->time.uptime_ms);
    }
    answer->next_part = (uint8_t)(answer->next_part + 1u);
    answer->moved_at_ms = app->time.uptime_ms;
}

void iso_app_report_finish(iso_app *app) {
    while (app->answer.sending) {
        send_part(app);
    }
}

void iso_app_send_answer(iso_app *app) {
    iso_app_answer *answer = &app->answer;
    answer->next_part = PART_RESULT;
    answer->moved_at_ms = app->time.uptime_ms;
    answer->sending = true;
    if (!iso_afe_is_live()) {
        iso_app_report_finish(app);
    }
}

static bool repetition_is_due(const iso_app *app) {
    const iso_app_answer *answer = &app->answer;
    return answer->any && !answer->acknowledged && answer->sendings < MAX_SENDINGS &&
           app->time.uptime_ms - answer->sent_at_ms >= REPEAT_AFTER_MS;
}

bool iso_app_report_step(iso_app *app) {
    iso_app_answer *answer = &app->answer;
    if (!answer->sending) {
        if (!repetition_is_due(app)) {
            return false;
        }
        iso_app_send_answer(app);
        return true;
    }
    if (iso_hal_transmit_room(ISO_HAL_PORT_LINK) < ROOM_BYTES) {
        if (app->time.uptime_ms - answer->moved_at_ms > GIVE_UP_MS) {
            end_sending(answer, app->time.uptime_ms);
        }
        return false;
    }
    send_part(app);
    return true;
}

#include "iso_app.h"
#include "class_lesions.h"
#include "iso_hal.h"
#include "iso_templates.h"

#include <math.h>
#include <string.h>

/* The field that takes the network's codes, here and in the heart. */
#if ISO_NET_INPUT_BITS == 16
#define ISO_APP_INPUT int16
#else
#define ISO_APP_INPUT int8
#endif

bool iso_app_answer_due(const iso_app *app) {
    return iso_window_full(&app->window) &&
           app->new_chain_samples >= ISO_APP_RESULT_INTERVAL_CHAIN_SAMPLES;
}

uint8_t iso_app_winner(const int16_t logits[ISO_NET_CLASSES]) {
    uint8_t winner = 0;
    for (uint8_t i = 1; i < ISO_NET_CLASSES; i = (uint8_t)(i + 1u)) {
        if (logits[i] > logits[winner]) {
            winner = i;
        }
    }
    return winner;
}

static void forward(iso_app *app, int16_t logits[ISO_NET_CLASSES]) {
    iso_wire_result *result = &app->answer.result;
    const iso_window_codes codes = {
        .ISO_APP_INPUT = iso_net_input(),
        .leads = ISO_NET_INPUT_LEADS,
        .zero_point = ISO_NET_INPUT_ZERO_POINT,
    };
    iso_window_quantize(&app->window, ISO_NET_INPUT_MULTIPLIER, ISO_NET_INPUT_SHIFT, &codes);
    const uint32_t before = iso_hal_ticks();
    iso_net_forward(logits);
    result->network_microseconds = iso_app_microseconds(iso_hal_ticks() - before);
    result->probability_count = ISO_NET_CLASSES;
    result->logit_count = ISO_NET_CLASSES;
    for (unsigned i = 0; i < ISO_NET_CLASSES; i += 1u) {
        const float answer = (float)logits[i] * ISO_NET_LOGIT_SCALE;
#if ISO_NET_ANSWER_IS_PROBABILITY
        /* Zero and one have no logit: half a step away from them. */
        const float margin = 0.5f * ISO_NET_LOGIT_SCALE;
        const float held = fminf(fmaxf(answer, margin), 1.0f - margin);
        result->probabilities[i] = answer;
        result->logits[i] = logf(held / (1.0f - held));
#else
        result->logits[i] = answer;
        result->probabilities[i] = 1.0f / (1.0f + expf(-answer));
#endif
    }
    result->winner = iso_app_winner(logits);
}

#if ISO_NET_EXPLAINS
/* R marks that lie in the window, as positions in it, ascending. */
static uint8_t beats_in_window(const iso_app *app, uint16_t r_index[ISO_APP_BEATS]) {
    const uint32_t first = iso_window_first_index(&app->window);
    const uint32_t count = app->beats.count;
    const uint32_t held = count < ISO_APP_BEATS ? count : ISO_APP_BEATS;
    uint8_t found = 0;
    for (uint32_t i = count - held; i != count; i += 1u) {
        const uint32_t offset = app->beats.ring[i % ISO_APP_BEATS] - first;
        if (offset < ISO_WINDOW_SAMPLES * ISO_CHAIN_FACTOR) {
            r_index[found] = (uint16_t)(offset / ISO_CHAIN_FACTOR);
            found = (uint8_t)(found + 1u);
        }
    }
    return found;
}

static uint8_t state_of(iso_heart_status status) {
    static const uint8_t states[] = {
        [ISO_HEART_OK] = ISO_WIRE_EXPLANATION_STATE_SENT,
        [ISO_HEART_NO_BEAT] = ISO_WIRE_EXPLANATION_STATE_NO_BEAT,
        [ISO_HEART_NO_QRS] = ISO_WIRE_EXPLANATION_STATE_NO_QRS,
        [ISO_HEART_NO_EVIDENCE] = ISO_WIRE_EXPLANATION_STATE_NO_EVIDENCE,
    };
    return states[status];
}

/* What speaks against explaining this window, or SENT. */
static uint8_t doubt_state(const iso_app *app) {
    static const uint8_t states[] = {
        [ISO_DOUBT_NONE] = ISO_WIRE_EXPLANATION_STATE_SENT,
        [ISO_DOUBT_LEAD_OFF] = ISO_WIRE_EXPLANATION_STATE_LEAD_OFF,
        [ISO_DOUBT_POOR_SIGNAL] = ISO_WIRE_EXPLANATION_STATE_POOR_SIGNAL,
    };
    const iso_wire_result *result = &app->answer.result;
    return states[iso_watch_doubt(&app->monitor.watch, result->window_first_sample_index,
                                  result->window_first_sample_index + result->window_sample_count -
                                      1u)];
}

static const iso_templates *const class_lesions[ISO_NET_CLASSES] = ISO_CLASS_LESIONS;

static void explain(iso_app *app) {
    iso_app_answer *answer = &app->answer;
    answer->state = doubt_state(app);
    if (answer->state != ISO_WIRE_EXPLANATION_STATE_SENT) {
        return;
    }
    uint16_t r_index[ISO_APP_BEATS];
    const uint8_t beat_count = beats_in_window(app, r_index);
    const uint32_t before = iso_hal_ticks();
    const int16_t *gradient = iso_net_explain(answer->class_index, &app->gradient_saturations);
    const iso_heart_input input = {
        .microvolt = iso_window_samples(&app->window),
        .ISO_APP_INPUT = iso_net_input(),
        .leads = ISO_NET_INPUT_LEADS,
        .gradient = gradient,
        .input_scale_millivolt = ISO_NET_INPUT_SCALE_MILLIVOLT,
        .gradient_scale = ISO_NET_GRADIENT_SCALE,
        .r_index = r_index,
        .beat_count = beat_count,
    };
    const iso_heart_status status =
        iso_heart_explain(&input, &iso_heart_default_options, &answer->explanation);
    answer->state = state_of(status);
    /* Where the class stands for a lesion, its templates say more of its place than directions do.
     */
    const iso_templates *const templates = class_lesions[answer->class_index];
    answer->mapping = ISO_WIRE_MAPPING_ADJOINT_DIRECTION;
    if (status == ISO_HEART_OK && templates != NULL &&
        iso_pull_back(&input, templates, &app->pull_back, &answer->explanation)) {
        answer->mapping = ISO_WIRE_MAPPING_CHAIN_RULE;
    }
    answer->result.explain_microseconds = iso_app_microseconds(iso_hal_ticks() - before);
}
#else
static void explain(iso_app *app) {
    app->answer.state = ISO_WIRE_EXPLANATION_STATE_NOT_COMPILED;
}
#endif

void iso_app_answer_now(iso_app *app) {
    iso_app_answer *answer = &app->answer;
    int16_t logits[ISO_NET_CLASSES];
    memset(&answer->result, 0, sizeof answer->result);
    answer->result.result_id = app->next_result_id;
    answer->result.window_first_sample_index = iso_window_first_index(&app->window);
    answer->result.window_sample_count = ISO_WINDOW_SAMPLES * ISO_CHAIN_FACTOR;
    forward(app, logits);
    answer->class_index =
        app->class_choice == ISO_APP_CLASS_OF_WINNER ? answer->result.winner : app->class_choice;
    explain(app);
    app->next_result_id = (uint16_t)(app->next_result_id + 1u);
    app->new_chain_samples = 0u;
    answer->any = true;
    answer->acknowledged = false;
    answer->sendings = 0u;
    iso_app_send_answer(app);
    iso_app_watch_window(app);
}

#include "iso_app.h"
#include "iso_hal.h"

#include <math.h>
#include <string.h>

#define MS_PER_S 1000u
#define NOT_KNOWN (-1.0f)

bool iso_app_answer_due(const iso_app *app) {
    const uint32_t interval = app->settings.result_interval_ms * ISO_CHAIN_OUTPUT_HZ / MS_PER_S;
    return iso_app_is_sound(app) && iso_window_full(&app->window) && !app->explaining.running &&
           !app->answer.sending && (app->request_waits || app->new_chain_samples >= interval);
}

uint8_t iso_app_winner(const int16_t logits[ISO_NET_CLASSES]) {
    unsigned winner = 0;
    for (unsigned i = 1; i < ISO_NET_CLASSES; i += 1u) {
        if (logits[i] > logits[winner]) {
            winner = i;
        }
    }
    /* HELLO names no more than ISO_WIRE_HELLO_MAX_CLASS_COUNT. */
    return (uint8_t)winner;
}

static void quantize_input(iso_app *app) {
    const iso_window_codes codes = {
        .ISO_APP_INPUT = iso_net_input(),
        .leads = ISO_NET_INPUT_LEADS,
        .zero_point = ISO_NET_INPUT_ZERO_POINT,
    };
    iso_window_quantize(&app->window, ISO_NET_INPUT_MULTIPLIER, ISO_NET_INPUT_SHIFT, &codes);
}

static void forward(iso_app *app) {
    iso_wire_result *result = &app->answer.result;
    int16_t logits[ISO_NET_CLASSES];
    const uint32_t before = iso_hal_ticks();
    iso_app_layers_begin();
    iso_net_forward(logits);
    iso_app_layers_end();
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

/* What explains without being asked for. */
static uint8_t default_method(void) {
    uint8_t methods[ISO_WIRE_HELLO_MAX_METHOD_COUNT] = {0};
    (void)iso_app_methods(methods);
    return methods[0];
}

void iso_app_answer_now(iso_app *app) {
    iso_app_answer *answer = &app->answer;
    const iso_wire_explain asked =
        app->request_waits
            ? app->requested
            : (iso_wire_explain){.class_index = app->class_choice, .method = default_method()};
    iso_app_input_changes(app, &app->next_result_id);
    memset(&answer->result, 0, sizeof answer->result);
    answer->result.result_id = app->next_result_id;
    answer->result.window_first_sample_index = iso_window_first_index(&app->window);
    answer->result.window_sample_count = ISO_WINDOW_SAMPLES * ISO_CHAIN_FACTOR;
    answer->result.unfamiliarity = NOT_KNOWN;
    /* The input can be read of an answer that is withheld, too. */
    quantize_input(app);
    answer->state = iso_app_watch_window(app);
    if (answer->state == ISO_WIRE_EXPLANATION_STATE_SENT) {
        forward(app);
    }
    answer->class_index =
        asked.class_index == ISO_APP_CLASS_OF_WINNER ? answer->result.winner : asked.class_index;
    app->explaining.wanted = app->request_waits || app->settings.explanations;
    app->request_waits = false;
    app->next_result_id = (uint16_t)(app->next_result_id + 1u);
    app->new_chain_samples = 0u;
    /* Half an answer is not sent again. */
    answer->any = false;
    iso_app_explain_begin(app, asked.method);
}

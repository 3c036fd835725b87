#include "iso_app.h"
#include "class_lesions.h"
#include "iso_attribution.h"
#include "iso_hal.h"
#include "iso_templates.h"

#include <string.h>

/*
 * The explanation of an answer, one pass of the network a step: the main loop acquires in between,
 * so a method of many passes loses no sample. What is read of the window is read at the beginning.
 */

#define BUILT_IN(method) ((ISO_NET_METHODS >> ISO_NET_METHOD_##method) & 1)
/* Methods that change the network's input, and so need a copy of what they explain. */
#define AVERAGES (BUILT_IN(INTEGRATED_GRADIENTS) || BUILT_IN(SMOOTHGRAD))
#define STEPS (AVERAGES || BUILT_IN(OCCLUSION))

#define VALUES ((uint32_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS)

#if ISO_NET_METHOD_COUNT > 0
/* On the wire. The heart shows a gradient as gradient x input: by itself it has no sum. */
static const uint8_t on_the_wire[] = {
    [ISO_NET_METHOD_GRADIENT] = ISO_WIRE_METHOD_GRADIENT_X_INPUT,
    [ISO_NET_METHOD_GRADIENT_X_INPUT] = ISO_WIRE_METHOD_GRADIENT_X_INPUT,
    [ISO_NET_METHOD_INTEGRATED_GRADIENTS] = ISO_WIRE_METHOD_INTEGRATED_GRADIENTS,
    [ISO_NET_METHOD_SMOOTHGRAD] = ISO_WIRE_METHOD_SMOOTHGRAD,
    [ISO_NET_METHOD_GRAD_CAM] = ISO_WIRE_METHOD_GRAD_CAM,
    [ISO_NET_METHOD_OCCLUSION] = ISO_WIRE_METHOD_OCCLUSION,
    [ISO_NET_METHOD_RELEVANCE] = ISO_WIRE_METHOD_RELEVANCE,
};
static const uint8_t built_in[ISO_NET_METHOD_COUNT] = {ISO_NET_METHOD_ORDER};

uint8_t iso_app_methods(uint8_t methods[ISO_WIRE_HELLO_MAX_METHOD_COUNT]) {
    uint8_t count = 0;
    for (unsigned i = 0; i < ISO_NET_METHOD_COUNT; i += 1u) {
        const uint8_t method = on_the_wire[built_in[i]];
        if (memchr(methods, method, count) == NULL) {
            methods[count] = method;
            count = (uint8_t)(count + 1u);
        }
    }
    return count;
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

static uint8_t find_beats(iso_app *app) {
    uint16_t r_index[ISO_APP_BEATS];
    const iso_heart_input input = {
        .microvolt = iso_window_samples(&app->window),
        .r_index = r_index,
        .beat_count = beats_in_window(app, r_index),
    };
    return state_of(
        iso_heart_find_beats(&input, &iso_heart_default_options, &app->answer.explanation));
}

#if STEPS
static iso_net_input_code explained[VALUES];
static int16_t logits[ISO_NET_CLASSES];
static iso_attribution_network network;

/* What the methods of iso_attribution.h ask, and a copy of what is explained. */
static void hold_input(iso_app *app) {
    network = (iso_attribution_network) {
        .input = {.ISO_APP_INPUT = iso_net_input()}, .logits = logits, .forward = iso_net_forward,
#if ISO_NET_EXPLAINS
        .explain = iso_net_explain,
#endif
        .samples = ISO_NET_INPUT_LENGTH, .leads = ISO_NET_INPUT_LEADS,
        .zero_point = ISO_NET_INPUT_ZERO_POINT,
    };
    memcpy(explained, iso_net_input(), sizeof explained);
    app->bulk.input =
        (const uint8_t *)explained; /* the network's own is overwritten by each pass */
}
#endif

#if AVERAGES
static int16_t mean_gradient[VALUES];
static uint8_t fraction[VALUES];
static iso_attribution_mean mean;

static bool averages(uint8_t method) {
    return method == ISO_WIRE_METHOD_INTEGRATED_GRADIENTS || method == ISO_WIRE_METHOD_SMOOTHGRAD;
}

static void begin_mean(iso_app *app) {
    hold_input(app);
    const bool path = app->explaining.method == ISO_WIRE_METHOD_INTEGRATED_GRADIENTS;
    const iso_attribution_request request = {
        .network = &network,
        .explained = {.ISO_APP_INPUT = explained},
        .gradient = mean_gradient,
        .fraction = fraction,
        .steps = path ? ISO_NET_INTEGRATED_GRADIENTS_STEPS : ISO_NET_SMOOTHGRAD_DRAWS,
        .class_index = app->answer.class_index,
    };
    if (path) {
        iso_integrated_gradients_begin(&mean, &request, (iso_attribution_codes){NULL, NULL});
    } else {
        iso_smoothgrad_begin(&mean, &request, ISO_NET_SMOOTHGRAD_SEED,
                             ISO_NET_SMOOTHGRAD_NOISE_256THS);
    }
}
#endif

#if BUILT_IN(OCCLUSION)
static iso_occlusion_range waves[ISO_HEART_MAX_BEATS * ISO_HEART_PHASES];
static int32_t drop[ISO_HEART_PHASES * ISO_NET_INPUT_LEADS];
static iso_occlusion occlusion;

/* Each wave of each lead, in all beats at once, to 0 V. */
static void begin_occlusion(iso_app *app) {
    hold_input(app);
    occlusion = (iso_occlusion){
        .network = &network,
        .explained = {.ISO_APP_INPUT = explained},
        .ranges = waves,
        .drop = drop,
        .range_count = iso_heart_waves(&app->answer.explanation, waves),
        .part_count = ISO_HEART_PHASES,
        .by_lead = true,
        .class_index = app->answer.class_index,
    };
    iso_occlusion_begin(&occlusion);
}
#endif

#if BUILT_IN(OCCLUSION) || BUILT_IN(GRAD_CAM)
/* The mean beat's attribution is laid already. */
static void place_attribution(iso_app_answer *answer) {
    answer->state =
        state_of(iso_heart_place_attribution(ISO_NET_INPUT_LEADS, &answer->explanation));
    answer->mapping = ISO_WIRE_MAPPING_PAPER_LIKE_POSITION;
}
#endif

#if ISO_NET_EXPLAINS
static const iso_templates *const class_lesions[ISO_NET_CLASSES] = ISO_CLASS_LESIONS;

static void place(iso_app *app, const int16_t *gradient, const iso_net_input_code *codes) {
    iso_app_answer *answer = &app->answer;
    const iso_heart_input input = {
        .ISO_APP_INPUT = codes,
        .leads = ISO_NET_INPUT_LEADS,
        .zero_point = ISO_NET_INPUT_ZERO_POINT,
        .gradient = gradient,
        .input_scale_millivolt = ISO_NET_INPUT_SCALE_MILLIVOLT,
        .gradient_scale = ISO_NET_GRADIENT_SCALE,
    };
    const iso_heart_status status =
        iso_heart_place_evidence(&input, &iso_heart_default_options, &answer->explanation);
    answer->state = state_of(status);
    /* Where the class stands for a lesion, its templates say more of its place than directions do.
     */
    const iso_templates *const templates = class_lesions[answer->class_index];
    answer->mapping = ISO_WIRE_MAPPING_ADJOINT_DIRECTION;
    if (status == ISO_HEART_OK && templates != NULL &&
        iso_pull_back(&input, templates, &app->pull_back, &answer->explanation)) {
        answer->mapping = ISO_WIRE_MAPPING_CHAIN_RULE;
    }
}

/* The methods of one backward pass. */
static void explain_at_once(iso_app *app) {
    iso_app_layers_begin();
    const int16_t *gradient = iso_net_explain(app->answer.class_index, &app->gradient_saturations);
    iso_app_layers_end();
    place(app, gradient, iso_net_input());
}

#endif

#if BUILT_IN(GRAD_CAM)
static void explain_by_cam(iso_app *app) {
    iso_app_layers_begin();
    const int16_t *cam = iso_net_grad_cam(app->answer.class_index, &app->gradient_saturations);
    iso_app_layers_end();
    iso_heart_take_cam(cam, ISO_NET_CAM_LENGTH, ISO_NET_CAM_SCALE, ISO_NET_INPUT_LEADS,
                       &app->answer.explanation);
    place_attribution(&app->answer);
}
#endif

/* One pass of the network; true when the explanation is complete. */
static bool step(iso_app *app) {
    switch (app->explaining.method) {
#if AVERAGES
    case ISO_WIRE_METHOD_INTEGRATED_GRADIENTS:
    case ISO_WIRE_METHOD_SMOOTHGRAD:
        if (!iso_attribution_mean_step(&mean)) {
            return false;
        }
        app->gradient_saturations += mean.saturations;
        place(app, mean_gradient, explained);
        return true;
#endif
#if BUILT_IN(OCCLUSION)
    case ISO_WIRE_METHOD_OCCLUSION:
        if (!iso_occlusion_step(&occlusion)) {
            return false;
        }
        iso_heart_take_occlusion(drop, ISO_NET_LOGIT_SCALE, ISO_NET_INPUT_LEADS,
                                 &app->answer.explanation);
        place_attribution(&app->answer);
        return true;
#endif
#if BUILT_IN(GRAD_CAM)
    case ISO_WIRE_METHOD_GRAD_CAM:
        explain_by_cam(app);
        return true;
#endif
    default:
#if ISO_NET_EXPLAINS
        explain_at_once(app);
#endif
        return true;
    }
}

static void begin(iso_app *app) {
    app->answer.state =
        app->explaining.wanted ? find_beats(app) : ISO_WIRE_EXPLANATION_STATE_SWITCHED_OFF;
    if (app->answer.state != ISO_WIRE_EXPLANATION_STATE_SENT) {
        return;
    }
#if AVERAGES
    if (averages(app->explaining.method)) {
        begin_mean(app);
    }
#endif
#if BUILT_IN(OCCLUSION)
    if (app->explaining.method == ISO_WIRE_METHOD_OCCLUSION) {
        begin_occlusion(app);
    }
#endif
}
#else
uint8_t iso_app_methods(uint8_t methods[ISO_WIRE_HELLO_MAX_METHOD_COUNT]) {
    (void)methods;
    return 0u;
}

static bool step(iso_app *app) {
    (void)app;
    return true;
}

static void begin(iso_app *app) {
    app->answer.state = ISO_WIRE_EXPLANATION_STATE_NOT_COMPILED;
}
#endif

void iso_app_explain_begin(iso_app *app, uint8_t method) {
    const uint32_t before = iso_hal_ticks();
    app->explaining.method = method;
    /* What is not answered is not explained. */
    if (app->answer.state == ISO_WIRE_EXPLANATION_STATE_SENT) {
        begin(app);
    }
    app->explaining.ticks = iso_hal_ticks() - before;
    app->explaining.running = true;
}

bool iso_app_explain_step(iso_app *app) {
    iso_app_answer *answer = &app->answer;
    if (!app->explaining.running) {
        return false;
    }
    if (answer->state == ISO_WIRE_EXPLANATION_STATE_SENT) {
        const uint32_t before = iso_hal_ticks();
        const bool complete = step(app);
        app->explaining.ticks += iso_hal_ticks() - before;
        if (!complete) {
            return true;
        }
        answer->result.explain_microseconds = iso_app_microseconds(app->explaining.ticks);
    }
    app->explaining.running = false;
    answer->method = app->explaining.method;
    answer->any = true;
    answer->acknowledged = false;
    answer->sendings = 0u;
    iso_app_send_answer(app);
    return true;
}

void iso_app_explain_finish(iso_app *app) {
    while (iso_app_explain_step(app)) {
        iso_app_time_step(app);
        iso_app_health_step(app);
    }
    iso_app_report_finish(app);
}

uint8_t iso_app_request(iso_app *app, const iso_wire_explain *request) {
    uint8_t methods[ISO_WIRE_HELLO_MAX_METHOD_COUNT];
    const uint8_t count = iso_app_methods(methods);
    if (app->requested_any && app->requested.request_id == request->request_id) {
        return ISO_WIRE_COMMAND_OUTCOME_DONE; /* asked again: one answer is enough */
    }
    if (request->class_index >= ISO_NET_CLASSES &&
        request->class_index != ISO_APP_CLASS_OF_WINNER) {
        return ISO_WIRE_COMMAND_OUTCOME_NO_SUCH_CLASS;
    }
    if (memchr(methods, request->method, count) == NULL) {
        return ISO_WIRE_COMMAND_OUTCOME_NOT_BUILT_IN;
    }
    app->requested = *request;
    app->requested_any = true;
    app->request_waits = true;
    return ISO_WIRE_COMMAND_OUTCOME_DONE;
}

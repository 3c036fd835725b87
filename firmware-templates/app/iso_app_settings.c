#include "iso_app.h"
#include "iso_flash_log.h"
#include "iso_link_budget.h"

/* Successive windows share three quarters. */
#define DEFAULT_RESULT_INTERVAL_MS 2500u
/* Answers overtake no network that the boards run. */
#define LEAST_RESULT_INTERVAL_MS 500u
#define MOST_RESULT_INTERVAL_MS 60000u

static uint32_t least_of(uint8_t setting) {
    switch (setting) {
    case ISO_WIRE_SETTING_RESULT_INTERVAL_MS:
        return LEAST_RESULT_INTERVAL_MS;
    case ISO_WIRE_SETTING_SAMPLES_PER_FRAME:
        return 1u;
    default:
        return 0u;
    }
}

static uint32_t most_of(uint8_t setting) {
    switch (setting) {
    case ISO_WIRE_SETTING_RESULT_INTERVAL_MS:
        return MOST_RESULT_INTERVAL_MS;
    case ISO_WIRE_SETTING_SAMPLES_PER_FRAME:
        return ISO_WIRE_SAMPLES_MAX_SAMPLE_COUNT;
    case ISO_WIRE_SETTING_EXPLANATIONS:
        return ISO_NET_EXPLAINS ? 1u : 0u;
    default:
        return ISO_BOARD_MEASURES_BEATS ? 1u : 0u;
    }
}

static uint32_t value_of(const iso_app_settings *settings, uint8_t setting) {
    switch (setting) {
    case ISO_WIRE_SETTING_RESULT_INTERVAL_MS:
        return settings->result_interval_ms;
    case ISO_WIRE_SETTING_SAMPLES_PER_FRAME:
        return settings->samples_per_frame;
    case ISO_WIRE_SETTING_EXPLANATIONS:
        return settings->explanations ? 1u : 0u;
    default:
        return settings->median_beats ? 1u : 0u;
    }
}

/* `value` lies between the setting's least and most. */
static iso_app_settings changed(iso_app_settings settings, uint8_t setting, uint32_t value) {
    switch (setting) {
    case ISO_WIRE_SETTING_RESULT_INTERVAL_MS:
        settings.result_interval_ms = value;
        break;
    case ISO_WIRE_SETTING_SAMPLES_PER_FRAME:
        settings.samples_per_frame = (uint8_t)value;
        break;
    case ISO_WIRE_SETTING_EXPLANATIONS:
        settings.explanations = value != 0u;
        break;
    default:
        settings.median_beats = value != 0u;
        break;
    }
    return settings;
}

static bool fits(const iso_app_settings *settings) {
    const iso_link_configuration configuration = {
        .baud = ISO_BOARD_LINK_BAUD,
        .sample_rate_hz = ISO_CHAIN_INPUT_HZ,
        .result_interval_ms = settings->result_interval_ms,
        .samples_per_frame = settings->samples_per_frame,
        .explanations = settings->explanations,
        .median_beats = settings->median_beats,
        .measures_beats = ISO_BOARD_MEASURES_BEATS,
    };
    return iso_link_fits(&configuration);
}

/* Settings that the host chose in an earlier run, one word each; the last word is spare. */
#define KEPT_SETTINGS (ISO_WIRE_SETTING_MEDIAN_BEATS + 1u)
_Static_assert(KEPT_SETTINGS <= ISO_FLASH_LOG_WORDS, "more settings than are kept");
static const iso_flash_log kept_log = {.area = ISO_HAL_FLASH_CONFIGURATION,
                                       .mark = 0x314B5349u}; /* "ISK1" */

/* Those that this build does not take, or this line, are left: another image may have kept them. */
static void take_kept(iso_app *app) {
    uint32_t words[ISO_FLASH_LOG_WORDS];
    const iso_flash_log_state state = iso_flash_log_load(&kept_log, words);
    if (state == ISO_FLASH_LOG_DAMAGED) {
        app->start.faults = (uint8_t)(app->start.faults | 1u << ISO_WIRE_START_TEST_SETTINGS);
    }
    if (state != ISO_FLASH_LOG_WHOLE) {
        return;
    }
    iso_app_settings kept = app->settings;
    for (uint8_t setting = 0; setting < KEPT_SETTINGS; setting = (uint8_t)(setting + 1u)) {
        if (words[setting] >= least_of(setting) && words[setting] <= most_of(setting)) {
            kept = changed(kept, setting, words[setting]);
        }
    }
    if (fits(&kept)) {
        app->settings = kept;
    }
}

static void keep(const iso_app_settings *settings) {
    uint32_t words[ISO_FLASH_LOG_WORDS] = {0};
    for (uint8_t setting = 0; setting < KEPT_SETTINGS; setting = (uint8_t)(setting + 1u)) {
        words[setting] = value_of(settings, setting);
    }
    (void)iso_flash_log_store(&kept_log, words); /* a board without flash for it forgets */
}

/* A slow line gives up pictures first, explanations next, samples never. */
void iso_app_settings_init(iso_app *app) {
    iso_app_settings settings = {
        .result_interval_ms = DEFAULT_RESULT_INTERVAL_MS,
        .samples_per_frame = ISO_WIRE_SAMPLES_MAX_SAMPLE_COUNT,
        .explanations = ISO_NET_EXPLAINS,
        .median_beats = ISO_BOARD_MEASURES_BEATS,
    };
    if (!fits(&settings)) {
        settings.median_beats = false;
    }
    if (!fits(&settings)) {
        settings.explanations = false;
    }
    app->settings = settings;
    app->class_choice = ISO_APP_CLASS_OF_WINNER;
    take_kept(app);
}

void iso_app_log_settings(iso_app *app) {
    if (app->settings.explanations != (ISO_NET_EXPLAINS != 0)) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_WARNING,
                    "the line is too slow for explanations: raise its baud rate, or the result "
                    "interval and switch them on");
    } else if (app->settings.median_beats != (ISO_BOARD_MEASURES_BEATS != 0)) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_WARNING,
                    "the line is too slow for median beats: raise its baud rate");
    }
}

void iso_app_send_configuration(iso_app *app) {
    const iso_app_settings *settings = &app->settings;
    const iso_wire_configuration message = {
        .link_baud = ISO_BOARD_LINK_BAUD,
        .result_interval_ms = settings->result_interval_ms,
        .samples_per_frame = settings->samples_per_frame,
        .explanations = settings->explanations ? 1u : 0u,
        .median_beats = settings->median_beats ? 1u : 0u,
        .measures_beats = ISO_BOARD_MEASURES_BEATS,
    };
    (void)iso_app_send(
        app, ISO_WIRE_CONFIGURATION,
        iso_wire_encode_configuration(&message, app->link.payload, sizeof app->link.payload),
        ISO_APP_DROP);
}

static void answer(iso_app *app, uint16_t request_id, uint8_t setting, uint8_t outcome) {
    const iso_wire_setting message = {
        .request_id = request_id,
        .outcome = outcome,
        .setting = setting,
        .value = value_of(&app->settings, setting),
        .least = least_of(setting),
        .most = most_of(setting),
    };
    (void)iso_app_send(
        app, ISO_WIRE_SETTING,
        iso_wire_encode_setting(&message, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

void iso_app_get_setting(iso_app *app, const iso_wire_get_setting *request) {
    answer(app, request->request_id, request->setting, ISO_WIRE_COMMAND_OUTCOME_DONE);
}

static uint8_t judge(const iso_app_settings *next, const iso_wire_set_setting *request) {
    const uint32_t most = most_of(request->setting);
    if (most == 0u && request->value == 1u) {
        return ISO_WIRE_COMMAND_OUTCOME_NOT_BUILT_IN;
    }
    if (request->value < least_of(request->setting) || request->value > most) {
        return ISO_WIRE_COMMAND_OUTCOME_OUT_OF_RANGE;
    }
    return fits(next) ? ISO_WIRE_COMMAND_OUTCOME_DONE : ISO_WIRE_COMMAND_OUTCOME_EXCEEDS_LINK;
}

void iso_app_set_setting(iso_app *app, const iso_wire_set_setting *request) {
    const iso_app_settings next = changed(app->settings, request->setting, request->value);
    const uint8_t outcome = judge(&next, request);
    if (outcome == ISO_WIRE_COMMAND_OUTCOME_DONE) {
        /* A frame that is begun has the length that it began with. */
        iso_app_flush_samples(app);
        app->settings = next;
        keep(&next);
    }
    answer(app, request->request_id, request->setting, outcome);
    if (outcome == ISO_WIRE_COMMAND_OUTCOME_DONE) {
        iso_app_send_configuration(app);
    }
}

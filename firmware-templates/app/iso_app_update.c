#include "iso_app.h"
#include "iso_hal.h"
#include "iso_update.h"

/* A host that has not confirmed by then never will, or does not hear this image. Long beside the
 * seconds that `isochrone update` takes. */
#define TRIAL_MS 300000u

static void answer(iso_app *app, uint16_t request_id, uint8_t outcome) {
    iso_wire_update_state state;
    iso_update_describe(&state);
    state.request_id = request_id;
    state.outcome = outcome;
    state.boot_id = iso_hal_boot_id();
    state.build_id = iso_build_id;
    (void)iso_app_send(
        app, ISO_WIRE_UPDATE_STATE,
        iso_wire_encode_update_state(&state, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

/* Erasing may stop the processor, so nothing is acquired meanwhile. */
void iso_app_update_begin(iso_app *app, const iso_wire_update_begin *request) {
    const uint8_t outcome = iso_update_begin(request->header);
    app->stopped = app->stopped || outcome == ISO_WIRE_UPDATE_OUTCOME_DONE;
    answer(app, request->request_id, outcome);
}

void iso_app_update_data(iso_app *app, const iso_wire_update_data *part) {
    iso_update_data(part->first_byte, part->bytes, part->byte_count);
    iso_wire_update_held held;
    iso_update_held(&held);
    (void)iso_app_send(
        app, ISO_WIRE_UPDATE_HELD,
        iso_wire_encode_update_held(&held, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

void iso_app_update(iso_app *app, const iso_wire_update *request) {
    uint8_t outcome = ISO_WIRE_UPDATE_OUTCOME_DONE;
    switch (request->action) {
    case ISO_WIRE_UPDATE_ACTION_CHECK:
        outcome = iso_update_check();
        break;
    case ISO_WIRE_UPDATE_ACTION_ACTIVATE:
        outcome = iso_update_activate();
        break;
    case ISO_WIRE_UPDATE_ACTION_RESTART:
        if (request->boot_id != iso_hal_boot_id()) {
            outcome = ISO_WIRE_UPDATE_OUTCOME_ANOTHER_RUN;
            break;
        }
        answer(app, request->request_id, outcome);
        iso_app_restart(app);
        return;
    case ISO_WIRE_UPDATE_ACTION_CONFIRM:
        outcome = iso_update_confirm(iso_app_is_sound(app));
        break;
    case ISO_WIRE_UPDATE_ACTION_GIVE_UP:
        outcome = iso_update_give_up();
        break;
    default:
        break;
    }
    answer(app, request->request_id, outcome);
}

bool iso_app_update_step(iso_app *app) {
    const bool hopeless = !iso_app_is_sound(app) || app->time.uptime_ms > TRIAL_MS;
    if (hopeless && iso_update_on_trial() && iso_update_give_up() == ISO_WIRE_UPDATE_OUTCOME_DONE) {
        iso_hal_reboot();
    }
    return iso_update_step();
}

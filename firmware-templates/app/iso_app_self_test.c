#include "iso_app.h"
#include "iso_hal.h"

static uint8_t outcome(void) {
#if ISO_NET_SELF_TEST
    switch (iso_net_self_test()) {
    case ISO_NET_SELF_TEST_PASSED:
        return ISO_WIRE_SELF_TEST_PASSED;
    case ISO_NET_SELF_TEST_ANSWER_DIFFERS:
        return ISO_WIRE_SELF_TEST_ANSWER_DIFFERS;
    default:
        return ISO_WIRE_SELF_TEST_EXPLANATION_DIFFERS;
    }
#else
    return ISO_WIRE_SELF_TEST_NOT_BUILT_IN;
#endif
}

#define FAULT(test) ((uint8_t)(1u << ISO_WIRE_START_TEST_##test))
#define DAMAGE (FAULT(RAM) | FAULT(FLASH) | FAULT(ANSWER) | FAULT(EXPLANATION))

static uint8_t fault_of(uint8_t self_test) {
    switch (self_test) {
    case ISO_WIRE_SELF_TEST_ANSWER_DIFFERS:
        return FAULT(ANSWER);
    case ISO_WIRE_SELF_TEST_EXPLANATION_DIFFERS:
        return FAULT(EXPLANATION);
    default:
        return 0u;
    }
}

bool iso_app_is_sound(const iso_app *app) {
    return (app->start.faults & DAMAGE) == 0u;
}

static void conclude(iso_app_start *start, uint8_t faults) {
    start->faults = (uint8_t)(start->faults | faults);
    start->state =
        (start->faults & DAMAGE) == 0u ? ISO_WIRE_START_STATE_PASSED : ISO_WIRE_START_STATE_FAILED;
}

/* Memory and program are read before the network answers a known input, and that before it answers
 * for a patient. */
void iso_app_self_test(iso_app *app) {
    static const char *const words[] = {
        [ISO_WIRE_START_TEST_RAM] = "self-test FAILED: memory is damaged, no results are given",
        [ISO_WIRE_START_TEST_FLASH] =
            "self-test FAILED: the program is damaged, no results are given",
        [ISO_WIRE_START_TEST_ANSWER] =
            "self-test FAILED: the network's answer is wrong, no results are given",
        [ISO_WIRE_START_TEST_EXPLANATION] =
            "self-test FAILED: the explanation is wrong, no results are given",
        [ISO_WIRE_START_TEST_SETTINGS] = "kept settings are damaged: the device uses its own",
    };
    conclude(&app->start,
             (uint8_t)((iso_hal_ram_is_sound() ? 0u : FAULT(RAM)) |
                       (iso_hal_image_is_sound() ? 0u : FAULT(FLASH)) | fault_of(outcome())));
    for (unsigned test = 0; test <= ISO_WIRE_START_TEST_SETTINGS; test += 1u) {
        if (((app->start.faults >> test) & 1u) != 0u) {
            iso_app_log(app, ISO_WIRE_LOG_LEVEL_ERROR, words[test]);
        }
    }
    if (app->start.faults == 0u && ISO_NET_SELF_TEST) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_INFO, "self-test passed");
    }
    iso_app_send_hello(app);
}

void iso_app_answer_self_test(iso_app *app, const iso_wire_self_test *request) {
    iso_app_self_test_memory *memory = &app->self_test;
    if (!memory->any || memory->request_id != request->request_id) {
        iso_app_explain_finish(app);
        /* Its input lies where a test's does, and a result's. */
        app->test_input_bytes = 0u;
        iso_app_input_changes(app, NULL);
        *memory = (iso_app_self_test_memory){
            .request_id = request->request_id, .outcome = outcome(), .any = true};
        conclude(&app->start, fault_of(memory->outcome));
    }
    const iso_wire_self_test_result message = {.request_id = request->request_id,
                                               .outcome = memory->outcome};
    (void)iso_app_send(
        app, ISO_WIRE_SELF_TEST_RESULT,
        iso_wire_encode_self_test_result(&message, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

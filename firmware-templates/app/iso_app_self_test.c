#include "iso_app.h"

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

/* The network answers a known input before it answers for a patient. */
void iso_app_self_test(iso_app *app) {
    static const struct {
        uint8_t level;
        const char *text;
    } words[] = {
        [ISO_WIRE_SELF_TEST_PASSED] = {ISO_WIRE_LOG_LEVEL_INFO, "self-test passed"},
        [ISO_WIRE_SELF_TEST_ANSWER_DIFFERS] =
            {ISO_WIRE_LOG_LEVEL_ERROR,
             "self-test FAILED: the network's answer is wrong, do not use its results"},
        [ISO_WIRE_SELF_TEST_EXPLANATION_DIFFERS] =
            {ISO_WIRE_LOG_LEVEL_ERROR,
             "self-test FAILED: the explanation is wrong, do not use its results"},
        [ISO_WIRE_SELF_TEST_NOT_BUILT_IN] = {ISO_WIRE_LOG_LEVEL_INFO, NULL},
    };
    const uint8_t result = outcome();
    if (words[result].text != NULL) {
        iso_app_log(app, words[result].level, words[result].text);
    }
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
    }
    const iso_wire_self_test_result message = {.request_id = request->request_id,
                                               .outcome = memory->outcome};
    (void)iso_app_send(
        app, ISO_WIRE_SELF_TEST_RESULT,
        iso_wire_encode_self_test_result(&message, app->link.payload, sizeof app->link.payload),
        ISO_APP_WAIT);
}

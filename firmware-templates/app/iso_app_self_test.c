#include "iso_app.h"

/* The network answers a known input before it answers for a patient. */
void iso_app_self_test(iso_app *app) {
#if ISO_NET_SELF_TEST
    switch (iso_net_self_test()) {
    case ISO_NET_SELF_TEST_PASSED:
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_INFO, "self-test passed");
        break;
    case ISO_NET_SELF_TEST_ANSWER_DIFFERS:
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_ERROR,
                    "self-test FAILED: the network's answer is wrong, do not use its results");
        break;
    default:
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_ERROR,
                    "self-test FAILED: the explanation is wrong, do not use its results");
        break;
    }
#else
    (void)app;
#endif
}

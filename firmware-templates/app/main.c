#include "iso_app.h"
#include "iso_hal.h"

static iso_app app;

int main(void) {
    iso_hal_init();
    iso_app_link_init(&app);
    iso_app_settings_init(&app);
    iso_app_send_hello(&app);
    iso_app_log_reset(&app);
    iso_app_log_settings(&app);
    iso_app_self_test(&app);
    iso_app_signal_init(&app);
    for (;;) {
        iso_app_time_step(&app);
        iso_app_receive(&app);
        iso_app_health_step(&app);
        const bool worked = !app.stopped && iso_app_signal_step(&app);
        if (iso_app_answer_due(&app)) {
            iso_app_answer_now(&app);
        }
        const bool explained = iso_app_explain_step(&app);
        iso_app_repeat_answer(&app);
        const bool measured = iso_app_measure_step(&app);
        const bool read = iso_app_bulk_step(&app);
        if (!worked && !explained && !measured && !read) {
            iso_hal_wait();
        }
    }
}

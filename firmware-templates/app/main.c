#include "iso_app.h"
#include "iso_hal.h"
#include "iso_update.h"

static iso_app app;

int main(void) {
    iso_hal_init();
    iso_app_schedule_init();
    iso_update_init(iso_update_running_slot);
    iso_app_link_init(&app);
    iso_app_settings_init(&app);
    iso_app_send_hello(&app);
    iso_app_log_hardware(&app);
    iso_app_log_reset(&app);
    iso_app_log_settings(&app);
    iso_app_self_test(&app);
    iso_app_signal_init(&app);
    for (;;) {
        if (!iso_app_round(&app)) {
            iso_hal_wait();
        }
    }
}

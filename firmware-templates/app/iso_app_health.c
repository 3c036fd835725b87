#include "iso_app.h"
#include "iso_board.h"
#include "iso_hal.h"

#include <string.h>

#if ISO_WIRE_RESET_CAUSE_WATCHDOG != 3u || ISO_WIRE_RESET_CAUSE_UNANNOUNCED != 6u
#error "the causes of the wire and of iso_hal_reset_cause have come apart"
#endif

#define REPORT_EVERY_MS 1000u
#define MICROVOLT_IN_NANOVOLT 1000u

void iso_app_time_step(iso_app *app) {
    iso_app_time *time = &app->time;
    const uint32_t ticks_per_ms = iso_hal_ticks_per_second / 1000u;
    const uint32_t now = iso_hal_ticks();
    const uint32_t passed = now - time->last_tick + time->tick_remainder;
    time->last_tick = now;
    time->uptime_ms += passed / ticks_per_ms;
    time->tick_remainder = passed % ticks_per_ms;
}

uint32_t iso_app_microseconds(uint32_t ticks) {
    return (uint32_t)((uint64_t)ticks * 1000000u / iso_hal_ticks_per_second);
}

void iso_app_send_hello(iso_app *app) {
    iso_wire_hello hello = {
        .protocol_version = ISO_WIRE_PROTOCOL_VERSION,
        .schema_hash = ISO_WIRE_SCHEMA_HASH,
        .model_hash = iso_net_hash,
        .build_id = iso_build_id,
        .boot_id = iso_hal_boot_id(),
        .sample_rate_hz = ISO_CHAIN_INPUT_HZ,
        .network_rate_hz = ISO_CHAIN_OUTPUT_HZ,
        .lsb_nanovolt = MICROVOLT_IN_NANOVOLT, /* both front ends here carry whole microvolt */
        .lead_count = ISO_INDEPENDENT_LEADS,
        .ticks_per_second = iso_hal_ticks_per_second,
        .window_samples = ISO_WINDOW_SAMPLES * ISO_CHAIN_FACTOR,
        .class_count = ISO_NET_CLASSES,
        .operating_point_count = ISO_NET_OPERATING_POINT_COUNT,
        .reset_cause = (uint8_t)iso_hal_get_reset_cause(),
        .start_state = app->start.state,
        .start_faults = app->start.faults,
    };
    iso_wire_set_text(hello.board_name, sizeof hello.board_name, ISO_BOARD_NAME);
    iso_wire_set_text(hello.model_name, sizeof hello.model_name, iso_net_name);
    hello.unique_id_bytes = (uint8_t)iso_hal_unique_id(hello.unique_id, sizeof hello.unique_id);
    for (unsigned i = 0; i < ISO_NET_CLASSES; i += 1u) {
        iso_wire_set_text(hello.class_names[i], sizeof hello.class_names[i],
                          iso_net_class_names[i]);
    }
#if ISO_NET_OPERATING_POINT_COUNT > 0
    static const float operating_points[ISO_NET_CLASSES] = ISO_NET_OPERATING_POINTS;
    memcpy(hello.operating_points, operating_points, sizeof operating_points);
#endif
    hello.method_count = iso_app_methods(hello.methods);
    const size_t bytes = iso_wire_encode_hello(&hello, app->link.payload, sizeof app->link.payload);
    (void)iso_app_send(app, ISO_WIRE_HELLO, bytes, ISO_APP_DROP);
    iso_app_send_configuration(app);
}

static uint16_t held(uint32_t value) {
    return value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

void iso_app_send_status(iso_app *app) {
    iso_afe_counters front_end;
    iso_hal_port_counters link;
    iso_hal_port_counters inject;
    iso_afe_read_counters(&front_end);
    iso_hal_port_read_counters(ISO_HAL_PORT_LINK, &link);
    iso_hal_port_read_counters(ISO_HAL_PORT_INJECT, &inject);
    const iso_frame_statistics *line = &app->link.decoder.statistics;
    iso_wire_status status = {
        .uptime_ms = app->time.uptime_ms,
        .device_tick = iso_hal_ticks(),
        .samples_received = front_end.samples_received,
        .samples_dropped = app->samples.dropped,
        .frames_dropped = app->link.frames_dropped,
        .receive_errors = front_end.receive_errors + link.receive_overruns +
                          inject.receive_overruns + line->crc_errors + line->cobs_errors +
                          line->oversize + line->unknown_types + app->link.malformed,
        .transmit_high_water = held(link.transmit_high_water),
        .receive_high_water =
            held(link.receive_high_water > inject.receive_high_water ? link.receive_high_water
                                                                     : inject.receive_high_water),
        .cpu_load_permille = app->time.cpu_load_permille,
        .stack_high_water_bytes = (uint32_t)iso_hal_stack_high_water(),
        .gradient_saturations = app->gradient_saturations,
        .inject_credit = iso_afe_credit(),
        .loop_worst_ticks = app->schedule.loop_worst_ticks,
        .interrupt_worst_ticks = iso_hal_interrupt_worst_ticks(),
    };
    memcpy(status.duty_worst_ticks, app->schedule.duty_worst_ticks, sizeof status.duty_worst_ticks);
    const size_t bytes =
        iso_wire_encode_status(&status, app->link.payload, sizeof app->link.payload);
    (void)iso_app_send(app, ISO_WIRE_STATUS, bytes, ISO_APP_DROP);
}

static void measure_load(iso_app *app) {
    iso_app_time *time = &app->time;
    const uint32_t ticks = iso_hal_ticks() - time->report_tick;
    const uint32_t idle = iso_hal_idle_ticks() - time->report_idle_ticks;
    time->report_tick += ticks;
    time->report_idle_ticks += idle;
    if (ticks > 0u && idle <= ticks) {
        time->cpu_load_permille = (uint16_t)((uint64_t)(ticks - idle) * 1000u / ticks);
    }
}

void iso_app_health_step(iso_app *app) {
    iso_app_time *time = &app->time;
    if ((int32_t)(time->uptime_ms - time->next_report_ms) < 0) {
        return;
    }
    measure_load(app);
    iso_app_send_hello(app);
    iso_app_send_status(app);
    iso_app_send_signal_state(app);
    /* From now, not from the last one: after a long inference one report is enough. */
    time->next_report_ms = time->uptime_ms + REPORT_EVERY_MS;
}

static char *put_text(char *at, const char *text) {
    const size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static char *put_hex(char *at, uint32_t value) {
    static const char digits[] = "0123456789abcdef";
    at = put_text(at, "0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        *at = digits[(value >> shift) & 15u];
        at += 1;
    }
    return at;
}

static char *put_crash(char *at, const iso_hal_crash *crash) {
    at = put_hex(put_text(at, ": pc "), crash->program_counter);
    at = put_hex(put_text(at, " lr "), crash->link_register);
    at = put_hex(put_text(at, " exception "), crash->exception);
    at = put_hex(put_text(at, " cfsr "), crash->configurable_fault_status);
    at = put_hex(put_text(at, " address "), crash->fault_address);
    if (crash->stack_overrun != 0u) {
        at = put_text(at, ", stack overrun");
    }
    return crash->build_id == iso_build_id
               ? at
               : put_hex(put_text(at, ", in another image, build "), crash->build_id);
}

void iso_app_log_hardware(iso_app *app) {
    if (iso_hal_complaint() != NULL) {
        iso_app_log(app, ISO_WIRE_LOG_LEVEL_WARNING, iso_hal_complaint());
    }
}

void iso_app_log_reset(iso_app *app) {
    static const char *const words[] = {
        [ISO_HAL_RESET_FAULT] = "restarted after a fault",
        [ISO_HAL_RESET_WATCHDOG] = "restarted by the watchdog, the device hung",
        [ISO_HAL_RESET_BROWN_OUT] = "restarted after a dip of the supply",
        [ISO_HAL_RESET_UNANNOUNCED] = NULL, /* HELLO says it too */
    };
    const char *const said = words[iso_hal_get_reset_cause()];
    if (said == NULL) {
        return;
    }
    iso_hal_crash crash;
    char text[200];
    char *at = put_text(text, said);
    if (iso_hal_get_crash(&crash)) {
        at = put_crash(at, &crash);
    }
    *at = '\0';
    iso_app_log(app, ISO_WIRE_LOG_LEVEL_ERROR, text);
}

/*
 * What the heart costs on a core: ticks of iso_heart_explain and of the chain rule by each kind of
 * lesion, for one window. From the vectors file: uint16 beats, uint16 r_index[64], int16 microvolt
 * [1000][8], int8 codes [1000][12], int16 gradient [1000][12]. Result: uint32 ticks a second, ticks
 * of the four, bytes of iso_explanation and iso_pull_back_work, of the stack at its deepest.
 */
#include "iso_templates.h"
#include "iso_vectors_files.h"

static uint16_t beat_count;
static uint16_t r_index[ISO_HEART_MAX_BEATS];
static int16_t microvolt[ISO_HEART_WINDOW_SAMPLES * 8];
static int8_t codes[ISO_HEART_WINDOW_SAMPLES * 12];
static int16_t gradient[ISO_HEART_WINDOW_SAMPLES * 12];
static iso_explanation explanation;
static iso_pull_back_work work;

int main(int argument_count, char **arguments) {
    static const iso_templates *const kinds[] = {&iso_templates_scar, &iso_templates_ischaemia,
                                                 &iso_templates_ectopic};
    const iso_vectors_status opened = iso_vectors_open(argument_count, arguments);
    if (opened != ISO_VECTORS_OK) {
        return iso_vectors_leave(opened);
    }
    if (!iso_vectors_read(&beat_count, sizeof beat_count) ||
        !iso_vectors_read(r_index, sizeof r_index) ||
        !iso_vectors_read(microvolt, sizeof microvolt) || !iso_vectors_read(codes, sizeof codes) ||
        !iso_vectors_read(gradient, sizeof gradient)) {
        return iso_vectors_leave(ISO_VECTORS_TRUNCATED);
    }
    const iso_heart_input in = {
        .microvolt = microvolt,
        .int8 = codes,
        .gradient = gradient,
        .input_scale_millivolt = 0.02f,
        .gradient_scale = 1e-4f,
        .r_index = r_index,
        .beat_count = (uint8_t)beat_count,
        .leads = 12,
    };
    uint32_t results[8] = {iso_vectors_ticks_per_second()};
    uint32_t start = iso_vectors_ticks();
    if (iso_heart_explain(&in, &iso_heart_default_options, &explanation) != ISO_HEART_OK) {
        return iso_vectors_leave(ISO_VECTORS_BAD_FILE);
    }
    results[1] = iso_vectors_ticks() - start;
    for (uint32_t kind = 0; kind < 3u; kind++) {
        start = iso_vectors_ticks();
        (void)iso_pull_back(&in, kinds[kind], &work, &explanation);
        results[2u + kind] = iso_vectors_ticks() - start;
    }
    results[5] = (uint32_t)sizeof explanation;
    results[6] = (uint32_t)sizeof work;
    results[7] = iso_vectors_stack_high_water();
    return iso_vectors_leave(iso_vectors_write(results, sizeof results) ? ISO_VECTORS_OK
                                                                        : ISO_VECTORS_CANNOT_WRITE);
}

#include "iso_attribution.h"
#include "iso_vectors_files.h"
#include "network.h"

#include <string.h>

/*
 * The methods of iso_attribution.h over files, on any target, so that they can be compared byte for
 * byte and counted. All numbers little-endian; host/toolchain/attribution-run.ts writes and reads
 * both files.
 *
 * Requests: u32 magic "ISOA", count, input_bytes. Then count times: u32 method, class_index (255:
 * the winner), steps, seed, noise_256ths, baseline (0: none; 1: a whole one; 2: a beat to lay),
 * part_count, 1 if each lead by itself, range_count; the input's codes; the baseline if any, whole
 * or as u16 beat_count, beat_samples, beat_r, r_index[beat_count] and the beat's codes; range_count
 * times u16 begin, end, part.
 *
 * Results: u32 magic "ISOB", count, ticks_per_second. Then count times: u32 explained class,
 * saturations, steps taken, ticks in all, most ticks of a step, value_count, value_bytes; the
 * values, int16 or int32.
 */

#define REQUESTS_MAGIC 0x414F5349u /* "ISOA" */
#define RESULTS_MAGIC 0x424F5349u  /* "ISOB" */
#define CLASS_OF_WINNER 255u
#define VALUES ((uint32_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS)
#define MOST_RANGES 512u
#define MOST_PARTS 32u
#define MOST_BEATS 64u
#define MOST_BEAT_SAMPLES 255u

enum { BASELINE_NONE = 0, BASELINE_WHOLE = 1, BASELINE_BEAT = 2 };

enum {
    METHOD_GRADIENT = 0,
    METHOD_INTEGRATED = 1,
    METHOD_SMOOTHGRAD = 2,
    METHOD_OCCLUSION = 3,
    METHOD_GRAD_CAM = 4
};

typedef struct {
    uint32_t method;
    uint32_t class_index;
    uint32_t steps;
    uint32_t seed;
    uint32_t noise_256ths;
    uint32_t baseline;
    uint32_t part_count;
    uint32_t by_lead;
    uint32_t range_count;
} request_head;

typedef struct {
    uint32_t explained;
    uint32_t saturations;
    uint32_t steps;
    uint32_t ticks;
    uint32_t most_ticks;
    uint32_t value_count;
    uint32_t value_bytes;
} result_head;

static iso_net_input_code explained[VALUES];
static iso_net_input_code baseline[VALUES];
static iso_occlusion_range ranges[MOST_RANGES];
static int32_t drop[MOST_PARTS * ISO_NET_INPUT_LEADS];
static int16_t logits[ISO_NET_CLASSES];
static iso_attribution_network network;

#if ISO_NET_INPUT_BITS == 16
#define CODES int16
#else
#define CODES int8
#endif

static uint32_t winner(void) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < ISO_NET_CLASSES; i += 1u) {
        if (logits[i] > logits[best]) {
            best = i;
        }
    }
    return best;
}

static bool read_ranges(uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1u) {
        uint16_t words[3];
        if (!iso_vectors_read(words, sizeof words) || words[1] > ISO_NET_INPUT_LENGTH) {
            return false;
        }
        ranges[i] =
            (iso_occlusion_range){.begin = words[0], .end = words[1], .part = (uint8_t)words[2]};
    }
    return true;
}

/* A beat and its places, laid into the baseline. */
static bool read_tiles(void) {
    static iso_net_input_code beat[MOST_BEAT_SAMPLES * ISO_NET_INPUT_LEADS];
    static uint16_t r_index[MOST_BEATS];
    uint16_t words[3];
    if (!iso_vectors_read(words, sizeof words) || words[0] > MOST_BEATS ||
        words[1] > MOST_BEAT_SAMPLES || words[2] > words[1]) {
        return false;
    }
    const size_t beat_bytes = (size_t)words[1] * ISO_NET_INPUT_LEADS * sizeof beat[0];
    if (!iso_vectors_read(r_index, words[0] * sizeof r_index[0]) ||
        !iso_vectors_read(beat, beat_bytes)) {
        return false;
    }
    const iso_attribution_tiles tiles = {
        .beat = {.CODES = beat},
        .r_index = r_index,
        .beat_count = (uint8_t)words[0],
        .beat_samples = (uint8_t)words[1],
        .beat_r = (uint8_t)words[2],
    };
    const iso_attribution_target to = {.CODES = baseline};
    iso_attribution_tile(&network, &tiles, to);
    return true;
}

static bool read_baseline(uint32_t kind) {
    switch (kind) {
    case BASELINE_NONE:
        return true;
    case BASELINE_WHOLE:
        return iso_vectors_read(baseline, sizeof baseline);
    default:
        return read_tiles();
    }
}

static iso_attribution_codes baseline_of(const request_head *head) {
    const iso_attribution_codes none = {NULL, NULL};
    const iso_attribution_codes given = {.CODES = baseline};
    return head->baseline == BASELINE_NONE ? none : given;
}

typedef bool (*step_function)(void *state);

/* Steps to the end, each timed. */
static void run_steps(step_function step, void *state, result_head *result) {
    bool ended = false;
    while (!ended) {
        const uint32_t before = iso_vectors_ticks();
        ended = step(state);
        const uint32_t ticks = iso_vectors_ticks() - before;
        result->steps += 1u;
        result->ticks += ticks;
        result->most_ticks = ticks > result->most_ticks ? ticks : result->most_ticks;
    }
}

#if ISO_NET_EXPLAINS
static int16_t gradient[VALUES];
static uint8_t fraction[VALUES];

static bool step_mean(void *state) {
    return iso_attribution_mean_step(state);
}

static const int16_t *run_mean(const request_head *head, result_head *result) {
    static iso_attribution_mean mean;
    const iso_attribution_request request = {
        .network = &network,
        .explained = {.CODES = explained},
        .gradient = gradient,
        .fraction = fraction,
        .steps = (uint16_t)head->steps,
        .class_index = (uint8_t)result->explained,
    };
    const uint32_t before = iso_vectors_ticks();
    if (head->method == METHOD_INTEGRATED) {
        iso_integrated_gradients_begin(&mean, &request, baseline_of(head));
    } else {
        iso_smoothgrad_begin(&mean, &request, head->seed, head->noise_256ths);
    }
    result->ticks = iso_vectors_ticks() - before;
    run_steps(step_mean, &mean, result);
    result->saturations = mean.saturations;
    result->value_count = VALUES;
    result->value_bytes = sizeof gradient[0];
    return gradient;
}

#if ISO_NET_EXPLAINS_CAM
static const int16_t *run_grad_cam(result_head *result) {
    const uint32_t before = iso_vectors_ticks();
    const int16_t *found = iso_net_grad_cam((uint8_t)result->explained, &result->saturations);
    result->ticks = iso_vectors_ticks() - before;
    result->most_ticks = result->ticks;
    result->steps = 1;
    result->value_count = ISO_NET_CAM_LENGTH;
    result->value_bytes = sizeof found[0];
    return found;
}
#endif

/* One backward pass, behind the forward pass that found the winner. */
static const int16_t *run_gradient(result_head *result) {
    const uint32_t before = iso_vectors_ticks();
    const int16_t *found = iso_net_explain((uint8_t)result->explained, &result->saturations);
    result->ticks = iso_vectors_ticks() - before;
    result->most_ticks = result->ticks;
    result->steps = 1;
    result->value_count = VALUES;
    result->value_bytes = sizeof found[0];
    return found;
}
#endif

static bool step_occlusion(void *state) {
    return iso_occlusion_step(state);
}

static const int32_t *run_occlusion(const request_head *head, result_head *result) {
    static iso_occlusion occlusion;
    occlusion = (iso_occlusion){
        .network = &network,
        .explained = {.CODES = explained},
        .baseline = baseline_of(head),
        .ranges = ranges,
        .drop = drop,
        .range_count = (uint16_t)head->range_count,
        .part_count = (uint8_t)head->part_count,
        .by_lead = head->by_lead != 0u,
        .class_index = (uint8_t)result->explained,
    };
    iso_occlusion_begin(&occlusion);
    run_steps(step_occlusion, &occlusion, result);
    result->value_count = head->part_count * (head->by_lead != 0u ? ISO_NET_INPUT_LEADS : 1u);
    result->value_bytes = sizeof drop[0];
    return drop;
}

static bool valid(const request_head *head) {
    const bool is_mean = head->method == METHOD_INTEGRATED || head->method == METHOD_SMOOTHGRAD;
    return head->method <= METHOD_GRAD_CAM &&
           (ISO_NET_EXPLAINS_CAM != 0 || head->method != METHOD_GRAD_CAM) &&
           (ISO_NET_EXPLAINS != 0 || head->method == METHOD_OCCLUSION) &&
           (!is_mean || (head->steps >= 1u && head->steps <= ISO_ATTRIBUTION_MAX_STEPS)) &&
           (head->method != METHOD_SMOOTHGRAD || head->seed != 0u) &&
           head->baseline <= BASELINE_BEAT && head->range_count <= MOST_RANGES &&
           head->part_count <= MOST_PARTS &&
           (head->class_index < ISO_NET_CLASSES || head->class_index == CLASS_OF_WINNER);
}

static const void *run_method(const request_head *head, result_head *result) {
    switch (head->method) {
#if ISO_NET_EXPLAINS
    case METHOD_GRADIENT:
        return run_gradient(result);
    case METHOD_INTEGRATED:
    case METHOD_SMOOTHGRAD:
        return run_mean(head, result);
#endif
#if ISO_NET_EXPLAINS_CAM
    case METHOD_GRAD_CAM:
        return run_grad_cam(result);
#endif
    default:
        return run_occlusion(head, result);
    }
}

static iso_vectors_status run_one(void) {
    request_head head;
    if (!iso_vectors_read(&head, sizeof head)) {
        return ISO_VECTORS_TRUNCATED;
    }
    if (!valid(&head)) {
        return ISO_VECTORS_BAD_FILE;
    }
    if (!iso_vectors_read(explained, sizeof explained) || !read_baseline(head.baseline) ||
        !read_ranges(head.range_count)) {
        return ISO_VECTORS_TRUNCATED;
    }
    result_head result;
    memset(&result, 0, sizeof result);
    memcpy(iso_net_input(), explained, sizeof explained);
    iso_net_forward(logits);
    result.explained = head.class_index == CLASS_OF_WINNER ? winner() : head.class_index;
    const void *values = run_method(&head, &result);
    return iso_vectors_write(&result, sizeof result) &&
                   iso_vectors_write(values, result.value_count * result.value_bytes)
               ? ISO_VECTORS_OK
               : ISO_VECTORS_CANNOT_WRITE;
}

static iso_vectors_status run_all(void) {
    uint32_t header[3];
    if (!iso_vectors_read(header, sizeof header)) {
        return ISO_VECTORS_TRUNCATED;
    }
    if (header[0] != REQUESTS_MAGIC || header[2] != sizeof explained) {
        return ISO_VECTORS_BAD_FILE;
    }
    const uint32_t results[3] = {RESULTS_MAGIC, header[1], iso_vectors_ticks_per_second()};
    iso_vectors_status status =
        iso_vectors_write(results, sizeof results) ? ISO_VECTORS_OK : ISO_VECTORS_CANNOT_WRITE;
    for (uint32_t i = 0; i < header[1] && status == ISO_VECTORS_OK; i += 1u) {
        status = run_one();
    }
    return status;
}

int main(int argument_count, char **arguments) {
    iso_vectors_status status = iso_vectors_open(argument_count, arguments);
    if (status == ISO_VECTORS_OK) {
        network = (iso_attribution_network) {
            .input = {.CODES = iso_net_input()}, .logits = logits, .forward = iso_net_forward,
#if ISO_NET_EXPLAINS
            .explain = iso_net_explain,
#endif
            .samples = ISO_NET_INPUT_LENGTH, .leads = ISO_NET_INPUT_LEADS,
            .zero_point = ISO_NET_INPUT_ZERO_POINT,
        };
        status = run_all();
    }
    return iso_vectors_leave(status);
}

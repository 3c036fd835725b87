#include "iso_attribution.h"

#include <stddef.h>

/* No path's difference of codes reaches it: makes quotients positive, so that they round downwards.
 */
#define CODE_SPAN 65536u
/* The same for gradients. */
#define GRADIENT_SPAN 32768
/* Sum of four bytes: mean 510, standard deviation sqrt(4 * (256^2 - 1) / 12) = 147.8. */
#define NOISE_MEAN 510
/* 2^28 / (256 * 147.8): from sums of four bytes times 1/256 codes to codes. */
#define NOISE_MULTIPLIER 7094
#define NOISE_SHIFT 28

int32_t iso_attribution_code(iso_attribution_codes codes, uint32_t index, int16_t zero_point) {
    if (codes.int8 != NULL) {
        return codes.int8[index];
    }
    return codes.int16 != NULL ? codes.int16[index] : zero_point;
}

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : (value > high ? high : value);
}

void iso_attribution_put(iso_attribution_target to, uint32_t index, int32_t code) {
    if (to.int8 != NULL) {
        to.int8[index] = (int8_t)clamp(code, INT8_MIN, INT8_MAX);
    } else {
        to.int16[index] = (int16_t)clamp(code, INT16_MIN, INT16_MAX);
    }
}

static uint32_t values_of(const iso_attribution_network *network) {
    return (uint32_t)network->samples * network->leads;
}

static void begin(iso_attribution_mean *mean, const iso_attribution_request *request) {
    mean->network = request->network;
    mean->explained = request->explained;
    mean->gradient = request->gradient;
    mean->fraction = request->fraction;
    mean->steps = request->steps;
    mean->class_index = request->class_index;
    mean->saturations = 0;
    mean->done = 0;
    mean->answered = false;
    for (uint32_t i = 0; i < values_of(mean->network); i++) {
        mean->gradient[i] = 0;
        mean->fraction[i] = 0;
    }
}

void iso_integrated_gradients_begin(iso_attribution_mean *mean,
                                    const iso_attribution_request *request,
                                    iso_attribution_codes baseline) {
    begin(mean, request);
    mean->baseline = baseline;
    mean->noise_state = 0;
    mean->noise_256ths = 0;
}

void iso_smoothgrad_begin(iso_attribution_mean *mean, const iso_attribution_request *request,
                          uint32_t seed, uint32_t noise_256ths) {
    begin(mean, request);
    mean->baseline.int8 = NULL;
    mean->baseline.int16 = NULL;
    mean->noise_state = seed;
    mean->noise_256ths = noise_256ths;
}

static void put_path_point(const iso_attribution_mean *mean) {
    const iso_attribution_network *network = mean->network;
    const int16_t zero_point = network->zero_point;
    const uint32_t whole = 2u * mean->steps;
    const uint32_t part = 2u * mean->done + 1u;

    for (uint32_t i = 0; i < values_of(network); i++) {
        const int32_t from = iso_attribution_code(mean->baseline, i, zero_point);
        const int32_t way = iso_attribution_code(mean->explained, i, zero_point) - from;
        const uint32_t scaled = (uint32_t)(way * (int32_t)part) + mean->steps + CODE_SPAN * whole;

        iso_attribution_put(network->input, i,
                            from + (int32_t)(scaled / whole) - (int32_t)CODE_SPAN);
    }
}

/* Marsaglia's xorshift, 13 17 5. */
static uint32_t next_word(uint32_t state) {
    state ^= state << 13;
    state ^= state >> 17;
    return state ^ (state << 5);
}

static void put_noisy_point(iso_attribution_mean *mean) {
    const iso_attribution_network *network = mean->network;
    const int64_t multiplier = (int64_t)mean->noise_256ths * NOISE_MULTIPLIER;
    uint32_t word = mean->noise_state;

    for (uint32_t i = 0; i < values_of(network); i++) {
        word = next_word(word);
        const int32_t sum =
            (int32_t)((word & 0xffu) + (word >> 8 & 0xffu) + (word >> 16 & 0xffu) + (word >> 24)) -
            NOISE_MEAN;
        const int64_t noise = (sum * multiplier + ((int64_t)1 << (NOISE_SHIFT - 1))) >> NOISE_SHIFT;

        iso_attribution_put(network->input, i,
                            iso_attribution_code(mean->explained, i, network->zero_point) +
                                clamp((int32_t)noise, -(int32_t)CODE_SPAN, (int32_t)CODE_SPAN));
    }
    mean->noise_state = word;
}

static int32_t sum_at(const iso_attribution_mean *mean, uint32_t i) {
    return (int32_t)mean->gradient[i] * 256 + mean->fraction[i];
}

static void add(iso_attribution_mean *mean, const int16_t *gradient) {
    for (uint32_t i = 0; i < values_of(mean->network); i++) {
        const int32_t sum = sum_at(mean, i) + gradient[i];

        mean->gradient[i] = (int16_t)(sum >> 8);
        mean->fraction[i] = (uint8_t)(sum & 0xff);
    }
}

static void divide(iso_attribution_mean *mean) {
    const uint32_t steps = mean->steps;

    for (uint32_t i = 0; i < values_of(mean->network); i++) {
        const uint32_t positive = (uint32_t)(sum_at(mean, i)) + (uint32_t)GRADIENT_SPAN * steps;

        mean->gradient[i] = (int16_t)((int32_t)((positive + steps / 2u) / steps) - GRADIENT_SPAN);
    }
}

bool iso_attribution_mean_step(iso_attribution_mean *mean) {
    const iso_attribution_network *network = mean->network;

    if (!mean->answered) {
        if (mean->noise_state == 0u) {
            put_path_point(mean);
        } else {
            put_noisy_point(mean);
        }
        network->forward(network->logits);
        mean->answered = true;
        return false;
    }
    add(mean, network->explain(mean->class_index, &mean->saturations));
    mean->answered = false;
    mean->done = (uint16_t)(mean->done + 1u);
    if (mean->done < mean->steps) {
        return false;
    }
    divide(mean);
    return true;
}

void iso_attribution_tile(const iso_attribution_network *network,
                          const iso_attribution_tiles *tiles, iso_attribution_target to) {
    const uint32_t leads = network->leads;
    uint32_t beat = 0;

    for (uint32_t t = 0; t < network->samples; t++) {
        /* The last beat that has begun. */
        while (beat < tiles->beat_count && tiles->r_index[beat] <= t + tiles->beat_r) {
            beat += 1u;
        }
        const uint32_t inside =
            beat == 0u ? tiles->beat_samples : t + tiles->beat_r - tiles->r_index[beat - 1u];

        for (uint32_t lead = 0; lead < leads; lead++) {
            const int32_t code =
                inside < tiles->beat_samples
                    ? iso_attribution_code(tiles->beat, inside * leads + lead, network->zero_point)
                    : network->zero_point;

            iso_attribution_put(to, t * leads + lead, code);
        }
    }
}

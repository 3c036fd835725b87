/*
 * Explanations that ask the network several times: integrated gradients and SmoothGrad (means of
 * its gradient over many inputs) and occlusion (its answer without a part of the input).
 *
 * Each is begun and then stepped; a step is one pass of the network, forward or backward, so that a
 * main loop goes on acquiring in between. Whole numbers only, no heap, no file-scope state. Golden
 * model: host/attribution, equal bit for bit (host/attribution/attribution-c.test.ts).
 *
 * The gradients come out as iso_net_explain gives them: [samples][leads], int16, in steps of
 * ISO_NET_GRADIENT_SCALE. The attribution is gradient x (explained - baseline), in input codes; its
 * products are exact in int32 and are formed where they are used.
 */
#ifndef ISO_ATTRIBUTION_H
#define ISO_ATTRIBUTION_H

#include <stdbool.h>
#include <stdint.h>

/* So that a sum over all of them stays in 24 bits. */
#define ISO_ATTRIBUTION_MAX_STEPS 256u

/* Input codes [samples][leads] to write, as wide as the network's; exactly one pointer is given. */
typedef struct {
    int8_t *int8;
    int16_t *int16;
} iso_attribution_target;

/* What is asked of a network; filled in from network.h. */
typedef struct {
    iso_attribution_target input; /* where it reads its input */
    int16_t *logits;              /* [classes], room for its answer */
    void (*forward)(int16_t *logits);
    const int16_t *(*explain)(uint8_t class_index, uint32_t *saturations);
    uint16_t samples;
    uint8_t leads;
    int16_t zero_point; /* the code of 0 V */
} iso_attribution_network;

/* The same to read. As a baseline also without a pointer: 0 V throughout. */
typedef struct {
    const int8_t *int8;
    const int16_t *int16;
} iso_attribution_codes;

/*
 * A mean gradient in the making. All that it points to must stay while it runs. gradient and
 * fraction, [samples][leads] each, are the upper 16 and the lower 8 bits of the sums; at the end
 * gradient is the mean and fraction is free again.
 */
typedef struct {
    const iso_attribution_network *network;
    iso_attribution_codes explained;
    iso_attribution_codes baseline;
    int16_t *gradient;
    uint8_t *fraction;
    uint32_t saturations;  /* of all backward passes */
    uint32_t noise_state;  /* 0: a path, else SmoothGrad */
    uint32_t noise_256ths; /* standard deviation in 1/256 of an input code */
    uint16_t steps;        /* inputs to average over */
    uint16_t done;
    uint8_t class_index;
    bool answered; /* the forward pass of this input has run */
} iso_attribution_mean;

/* What both means are begun with. steps: 1 to ISO_ATTRIBUTION_MAX_STEPS. */
typedef struct {
    const iso_attribution_network *network;
    iso_attribution_codes explained;
    int16_t *gradient;
    uint8_t *fraction;
    uint16_t steps;
    uint8_t class_index;
} iso_attribution_request;

/*
 * Integrated gradients (Sundararajan 2017): the mean gradient over the straight path from the
 * baseline to the explained input, at the middle of each of its steps, codes rounded.
 */
void iso_integrated_gradients_begin(iso_attribution_mean *mean,
                                    const iso_attribution_request *request,
                                    iso_attribution_codes baseline);
/*
 * SmoothGrad (Smilkov 2017): the mean gradient over noisy copies of the input. The noise is a sum
 * of four uniform bytes (close to normal, at most 3.5 standard deviations), codes rounded and
 * saturated. seed: not 0.
 */
void iso_smoothgrad_begin(iso_attribution_mean *mean, const iso_attribution_request *request,
                          uint32_t seed, uint32_t noise_256ths);
/* One pass of the network; true when the mean is complete. The network's input is used up. */
bool iso_attribution_mean_step(iso_attribution_mean *mean);

/* Samples [begin, end) of a part to take away; a part may have many ranges (a wave of every beat).
 */
typedef struct {
    uint16_t begin;
    uint16_t end;
    uint8_t part;
} iso_occlusion_range;

/* Occlusion in the making: parts of the time, of each lead by itself or of all leads together. */
typedef struct {
    const iso_attribution_network *network;
    iso_attribution_codes explained;
    iso_attribution_codes baseline; /* what stands where a part is taken away */
    const iso_occlusion_range *ranges;
    int32_t *drop; /* result, [parts][leads], or [parts] of all leads together: logit with the part
                      minus logit without, in steps of ISO_NET_LOGIT_SCALE */
    uint16_t range_count;
    uint8_t part_count;
    bool by_lead;
    uint8_t class_index;
    /* Set by iso_occlusion_begin. */
    uint16_t done;
    int16_t reference; /* the logit of the whole input */
} iso_occlusion;

/* The fields above are the caller's but for the last two. */
void iso_occlusion_begin(iso_occlusion *occlusion);
/* One forward pass; true when drop is complete. The network's input is used up. */
bool iso_occlusion_step(iso_occlusion *occlusion);

/* Where beats lie in a window, and the beat to lay there. */
typedef struct {
    iso_attribution_codes beat; /* [beat_samples][leads] */
    const uint16_t *r_index;    /* in the window, ascending */
    uint8_t beat_count;
    uint8_t beat_samples;
    uint8_t beat_r; /* index of the R mark inside the beat */
} iso_attribution_tiles;

/* A baseline of the window's length with the beat at each R mark, 0 V elsewhere; where two overlap
 * the later one holds. */
void iso_attribution_tile(const iso_attribution_network *network,
                          const iso_attribution_tiles *tiles, iso_attribution_target to);

/* The code at a place; zero_point where no pointer is given. */
int32_t iso_attribution_code(iso_attribution_codes codes, uint32_t index, int16_t zero_point);
/* Writes one code, saturated. */
void iso_attribution_put(iso_attribution_target to, uint32_t index, int32_t code);

#endif

#include "iso_helium.h"

/* One call of a gradient routine, in the order in which the assembly loads it: two channels of
 * `positions` positions of one phase, `pitch` bytes apart. */
typedef struct {
    const int16_t *dy;
    int32_t iterations;
    const int8_t *weights;
    int16_t *dx;
    int32_t positions;
    int32_t pitch;
    int32_t multiplier[2];
} iso_gradient_tiles;

/* Input positions of one residue modulo the stride. */
typedef struct {
    void (*routine)(const iso_gradient_tiles *job);
    int32_t first_row;
    int32_t taps;
} iso_gradient_phase;

/* Where weights lie in the forward table, in which order the phases read taps, and which output
 * positions a group of `group` input positions of each phase needs: `rows`, from `lowest` on;
 * `unrolled` slices of 8 output channels are one iteration. */
typedef struct {
    const iso_gradient_phase *phases;
    const int32_t *taps;
    const uint8_t *order;
    int32_t pair_bytes, slice_step;
    int32_t rows, lowest, group;
    int32_t unrolled;
} iso_gradient_plan;

/* Weight of a tap and input channel in the forward table, for the first output channel. */
static const int8_t *iso_gradient_weight(const int8_t *weights, const iso_gradient_plan *p,
                                         int32_t tap, int32_t channel) {
    const int32_t at = p->taps[tap] + (channel >> 4) * p->slice_step + (channel & 15);
    return weights + (at >> 4) * 32 + (at & 15);
}

/* Bytes to those of another output channel: of each four, the pairs 0, 2 and 1, 3 lie together. */
static inline int32_t iso_gradient_channel(const iso_gradient_plan *p, int32_t channel) {
    return ((channel >> 2) * 2 + (channel & 1)) * p->pair_bytes + (channel & 2) * 8;
}

/* Weights of two neighbouring input channels and one tap, by 8 output channels, `step` bytes to the
 * next 8; narrowing stores want a low register. `offsets` are those of 8 output channels in the
 * forward table, then of their neighbours.
 */
static inline void iso_gradient_pair(int8_t *to, const int8_t *from, int32_t channels, int32_t step,
                                     const uint16_t offsets[16], int32_t next) {
    __asm__ volatile(
        "vldrh.16 q2, [%[offsets]]\n"
        "vldrh.16 q3, [%[offsets], #16]\n"
        "wlstp.16 lr, %[channels], 2f\n"
        "1:\n"
        "vldrb.u16 q0, [%[from], q2]\n"
        "vldrb.u16 q1, [%[from], q3]\n"
        "vstrb.16 q0, [%[to]]\n"
        "vstrb.16 q1, [%[to], #8]\n"
        "add %[from], %[next]\n"
        "add %[to], %[step]\n"
        "letp lr, 1b\n"
        "2:\n"
        : [to] "+l"(to), [from] "+r"(from)
        : [offsets] "r"(offsets), [channels] "r"(channels), [step] "r"(step), [next] "r"(next)
        : "lr", "q0", "q1", "q2", "q3", "memory");
}

/* Masks 16 values at a time, a multiple of 8 values into the mask: their bits become bytes, the
 * even and odd ones of them lanes of their own. Gives the largest magnitude of what is left. */
static uint32_t iso_gradient_mask(int16_t *dx, int32_t count, const uint8_t *mask) {
    uint32_t highest = 0, bits;
    if (mask != NULL) {
        __asm__ volatile(
            "vmov.i8 q4, #255\n"
            "vmov.i8 q5, #0\n"
            "wls lr, %[vectors], 2f\n"
            "1:\n"
            "ldrh %[bits], [%[mask]], #2\n"
            "vmsr p0, %[bits]\n"
            "vpsel q2, q4, q5\n"
            "vmovlt.s8 q3, q2\n"
            "vmovlb.s8 q2, q2\n"
            "vld20.16 {q0, q1}, [%[dx]]\n"
            "vld21.16 {q0, q1}, [%[dx]]\n"
            "vand q0, q0, q2\n"
            "vand q1, q1, q3\n"
            "vmaxav.s16 %[highest], q0\n"
            "vmaxav.s16 %[highest], q1\n"
            "vst20.16 {q0, q1}, [%[dx]]\n"
            "vst21.16 {q0, q1}, [%[dx]]!\n"
            "le lr, 1b\n"
            "2:\n"
            : [dx] "+r"(dx), [mask] "+r"(mask), [highest] "+r"(highest), [bits] "=&r"(bits)
            : [vectors] "r"(count / 16)
            : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "p0", "memory");
        for (int32_t i = 0; i < count % 16; i++, dx++) {
            *dx = iso_kept(mask, i) ? *dx : 0;
            const uint32_t magnitude = (uint32_t)(*dx < 0 ? -*dx : *dx);
            highest = magnitude > highest ? magnitude : highest;
        }
        return highest;
    }
    for (int32_t left = count; left > 0; left -= 8, dx += 8) {
        const int16x8_t values = vldrhq_z_s16(dx, vctp16q((uint32_t)left));
        highest = vmaxavq_s16((uint16_t)highest, values);
    }
    return highest;
}

/* One input position and channel, exactly: for the values at the limit. */
static int32_t iso_gradient_exact(const int16_t *rows, const iso_conv_shape *s,
                                  const int8_t *weights, const iso_gradient_plan *p,
                                  int32_t first_output, int32_t column, int32_t channel,
                                  int32_t multiplier) {
    int32_t sum = 0;
    for (int32_t tap = 0; tap < s->kernel_width; tap++) {
        const int32_t v = column + s->pad_left - tap;
        const int32_t ow = v / s->stride_width;
        if (v < 0 || ow * s->stride_width != v || ow >= s->output_width) {
            continue;
        }
        const int8_t *w = iso_gradient_weight(weights, p, tap, channel);
        const int16_t *from = rows + (ow - first_output) * 8;
        for (int32_t m = 0; m < s->output_channels; m++) {
            sum += from[(m >> 3) * p->rows * 8 + (m & 7)] * w[iso_gradient_channel(p, m)];
        }
    }
    return iso_round(sum, multiplier, 32);
}

/* Gradient of a convolution of one row. The outputs that a group of positions needs are gathered by
 * 8 channels, the weights of two input channels put in order, once for all tiles of the group; at
 * the end the group is masked, and what reached the limit computed again. Returns how many values
 * saturated. */
static uint32_t iso_helium_gradient(const int16_t *dy, int16_t *dx, const iso_conv_shape *s,
                                    const int8_t *weights, const int32_t *multiplier,
                                    const uint8_t *mask, int32_t limit, const iso_gradient_plan *p,
                                    void *scratch) {
    const int32_t channels = s->input_channels, outputs = s->output_channels;
    const int32_t slices = (outputs + 7) / 8, width = p->group * s->stride_width;
    int16_t *rows = scratch;
    int8_t *ordered = (int8_t *)scratch + slices * p->rows * 16;
    uint32_t saturations = 0;
    uint16_t offsets[16];
    for (int32_t i = 0; i < 8; i++) {
        offsets[i] = (uint16_t)iso_gradient_channel(p, i);
        offsets[8 + i] = (uint16_t)(offsets[i] + 1);
    }
    memset(ordered, 0, (size_t)(slices * 16 * s->kernel_width));
    for (int32_t start = 0; start < s->input_width; start += width) {
        const int32_t first_output = start / s->stride_width + p->lowest;
        for (int32_t i = 0; i < p->rows; i++) {
            const int32_t ow = first_output + i;
            int8_t *to = (int8_t *)(rows + 8 * i);
            if (ow >= 0 && ow < s->output_width) {
                iso_helium_copy(to, (const int8_t *)(dy + ow * outputs), 2 * outputs, 16 * p->rows);
            } else {
                iso_helium_fill(to, 0, 2 * outputs, 16 * p->rows);
            }
        }
        for (int32_t c = 0; c < channels; c += 2) {
            int8_t *to = ordered;
            const uint8_t *order = p->order;
            for (int32_t i = 0; i < s->stride_width; i++) {
                const iso_gradient_phase *phase = &p->phases[i];
                const iso_gradient_tiles job = {
                    .dy = rows + 8 * phase->first_row,
                    .iterations = slices / p->unrolled,
                    .weights = to,
                    .dx = dx + (start + i) * channels + c,
                    .positions = iso_clamp((s->input_width - start - i + s->stride_width - 1) /
                                               s->stride_width,
                                           0, p->group),
                    .pitch = 2 * s->stride_width * channels,
                    .multiplier = {multiplier[c], multiplier[c + 1]},
                };
                for (int32_t tap = 0; tap < phase->taps; tap++) {
                    iso_gradient_pair(to + 16 * tap, iso_gradient_weight(weights, p, *order++, c),
                                      outputs, 16 * phase->taps, offsets, 4 * p->pair_bytes);
                }
                to += 16 * phase->taps * slices;
                if (job.positions > 0) {
                    phase->routine(&job);
                }
            }
        }
        const int32_t left = s->input_width - start;
        const int32_t end = (start + (left < width ? left : width)) * channels;
        const int32_t begin = start * channels;
        const uint8_t *own_mask = mask == NULL ? NULL : mask + begin / 8;
        if (iso_gradient_mask(dx + begin, end - begin, own_mask) < (uint32_t)limit) {
            continue;
        }
        for (int32_t i = begin; i < end; i++) {
            if ((dx[i] > -limit && dx[i] < limit) || !iso_kept(mask, i)) {
                continue;
            }
            const int32_t c = i % channels;
            const int32_t value = iso_gradient_exact(rows, s, weights, p, first_output,
                                                     i / channels, c, multiplier[c]);
            const int32_t kept = iso_clamp(value, -limit, limit);
            saturations += kept != value;
            dx[i] = (int16_t)kept;
        }
    }
    return saturations;
}

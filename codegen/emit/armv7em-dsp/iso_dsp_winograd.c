#include "iso_dsp_clamp.h"

/*
 * One-dimensional convolution of 5 or 7 taps in steps of two, by exact integer Winograd products:
 * 7 for 10, or 10 for 14. Even and odd taps meet even and odd inputs, so both are convolutions in
 * steps of one, cut into groups of two or three taps with two outputs each:
 *
 *   two taps g on d0 d1 d2:      S0 += (d0 - d1) g0   S1 += (d2 - d1) g1   P += d1 2(g0 + g1)
 *   three taps g on d0 .. d3:    S0 += (d0 - d2) g0   S1 += (d3 - d1) g2
 *                                P += (d1 + d2)(g0 + g1 + g2)   Q += (d2 - d1)(g0 - g1 + g2)
 *
 * y0 = S0 + (P + Q) / 2 and y1 = S1 + (P - Q) / 2, where P and Q are both even or both odd. The
 * weights' side is computed when the network is compiled.
 */

/* Two tiles of two outputs, all channels; the assembly copies it to its stack, in this order. */
typedef struct {
    int32_t steps;   /* 0: of each of S0, S1 and P; one step is four words of both streams */
    int32_t steps_q; /* 4: of Q */
    const int32_t *activations; /* 8 */
    int8_t *output;             /* 12: four rows */
    int32_t output_stride;      /* 16 */
    const int32_t *scales;      /* 20: {bias, multiplier, round, shift}, each of two channels */
    const int32_t *scales_end;  /* 24 */
    const int32_t *weights;
} iso_dsp_tiles;

/* r0-r3 sums, r4-r7 activations of two tiles, r8-r11 weights of two channels, r12 and lr pointers:
 * 8 products of pairs in 10 instructions of 4 bytes. */
__asm__(".macro iso_dsp_tile_step\n"
        "ldmia.w r12!, {r4-r7}\n"
        "ldmia.w lr!, {r8-r11}\n"
        "smlad r0, r4, r8, r0\n"
        "smlad r1, r4, r9, r1\n"
        "smlad r2, r5, r8, r2\n"
        "smlad r3, r5, r9, r3\n"
        "smlad r0, r6, r10, r0\n"
        "smlad r1, r6, r11, r1\n"
        "smlad r2, r7, r10, r2\n"
        "smlad r3, r7, r11, r3\n"
        ".endm\n");

/* The four sums of each channel pair in turn, their outputs, the requantisation. */
__attribute__((naked, noinline)) static void iso_dsp_tile_outputs(__attribute__((unused))
                                                                  const iso_dsp_tiles *tiles) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldm r0, {r1-r7, lr}\n"
        "sub sp, sp, #100\n"
        /* The loop holds twelve steps; what does not fill it enters behind its start. */
        "ldr r8, =3f + 1\n"
        "movs r9, #12\n"
        "movs r10, #40\n"
        "add r11, r1, #11\n"
        "udiv r12, r11, r9\n"
        "mul r12, r12, r9\n"
        "sub r12, r12, r1\n"
        "mla r12, r12, r10, r8\n"
        "str r12, [sp, #28]\n" /* 28: entry for S0, S1 and P, 32: their bytes */
        "lsls r11, r1, #4\n"
        "str r11, [sp, #32]\n"
        "add r11, r2, #11\n"
        "udiv r12, r11, r9\n"
        "mul r12, r12, r9\n"
        "sub r12, r12, r2\n"
        "mla r12, r12, r10, r8\n"
        "str r12, [sp, #36]\n" /* 36: entry for Q, 40: its bytes */
        "lsls r11, r2, #4\n"
        "str r11, [sp, #40]\n"
        "stm sp, {r1-r7}\n"
        "1: ldr r12, [sp, #8]\n"
        "add r11, sp, #52\n" /* 44: end of the sum, 48: where it goes, 52: S0, 68: S1, 84: P */
        "2: ldrd r4, r5, [sp, #28]\n"
        "6: movs r0, #0\n"
        "movs r1, #0\n"
        "movs r2, #0\n"
        "movs r3, #0\n"
        "add r5, r5, r12\n"
        "strd r5, r11, [sp, #44]\n"
        "bx r4\n"
        ".p2align 2\n"
        "3: .rept 12\n"
        "iso_dsp_tile_step\n"
        ".endr\n"
        "ldrd r5, r11, [sp, #44]\n"
        "cmp r12, r5\n"
        "bne 3b\n"
        "add r6, sp, #100\n"
        "cmp r11, r6\n"
        "beq 5f\n"
        "stmia r11!, {r0-r3}\n"
        "cmp r11, r6\n"
        "bne 2b\n"
        "ldrd r4, r5, [sp, #36]\n"
        "b 6b\n"
        /* Outputs 0 and 2 come from S0, 1 and 3 from S1: r8-r11 and r4-r7. */
        "5: add r12, sp, #84\n"
        "ldm r12, {r4-r7}\n"
        "add r8, r4, r0\n"
        "add r9, r5, r1\n"
        "add r10, r6, r2\n"
        "add r11, r7, r3\n"
        "sub r4, r4, r0\n"
        "sub r5, r5, r1\n"
        "sub r6, r6, r2\n"
        "sub r7, r7, r3\n"
        "add r12, sp, #52\n"
        "ldm r12!, {r0-r3}\n"
        "add r8, r0, r8, asr #1\n"
        "add r9, r1, r9, asr #1\n"
        "add r10, r2, r10, asr #1\n"
        "add r11, r3, r11, asr #1\n"
        "ldm r12, {r0-r3}\n"
        "ldr r12, [sp, #20]\n"
        "add r4, r0, r4, asr #1\n"
        "add r5, r1, r5, asr #1\n"
        "add r6, r2, r6, asr #1\n"
        "add r7, r3, r7, asr #1\n"
        "ldm r12!, {r0-r1}\n"
        "add r8, r8, r0\n"
        "add r10, r10, r0\n"
        "add r4, r4, r0\n"
        "add r6, r6, r0\n"
        "add r9, r9, r1\n"
        "add r11, r11, r1\n"
        "add r5, r5, r1\n"
        "add r7, r7, r1\n"
        "ldm r12!, {r0-r3}\n"
        "smmla r8, r8, r0, r2\n"
        "smmla r10, r10, r0, r2\n"
        "smmla r4, r4, r0, r2\n"
        "smmla r6, r6, r0, r2\n"
        "smmla r9, r9, r1, r3\n"
        "smmla r11, r11, r1, r3\n"
        "smmla r5, r5, r1, r3\n"
        "smmla r7, r7, r1, r3\n"
        "ldm r12!, {r0-r1}\n"
        "ldrd r2, r3, [sp, #12]\n"
        "str r12, [sp, #20]\n"
        "asr r8, r8, r0\n"
        "asr r10, r10, r0\n"
        "asr r4, r4, r0\n"
        "asr r6, r6, r0\n"
        "asr r9, r9, r1\n"
        "asr r11, r11, r1\n"
        "asr r5, r5, r1\n"
        "asr r7, r7, r1\n"
        "add r1, r3, r3, lsl #1\n"
        "ssat r8, #8, r8\n"
        "ssat r10, #8, r10\n"
        "ssat r4, #8, r4\n"
        "ssat r6, #8, r6\n"
        "ssat r9, #8, r9\n"
        "ssat r11, #8, r11\n"
        "ssat r5, #8, r5\n"
        "ssat r7, #8, r7\n"
        "strb r4, [r2, r3]\n"
        "strb r10, [r2, r3, lsl #1]\n"
        "strb r6, [r2, r1]\n"
        "strb r8, [r2], #1\n"
        "strb r5, [r2, r3]\n"
        "strb r11, [r2, r3, lsl #1]\n"
        "strb r7, [r2, r1]\n"
        "strb r9, [r2], #1\n"
        "str r2, [sp, #12]\n"
        "ldr r0, [sp, #24]\n"
        "cmp r12, r0\n"
        "bne 1b\n"
        "add sp, sp, #100\n"
        "pop {r4-r11, pc}\n"
        ".ltorg\n");
}

static inline uint32_t iso_dsp_pair_minus(uint32_t a, uint32_t b) {
    uint32_t result;
    __asm__("ssub16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

static inline uint32_t iso_dsp_pair_plus(uint32_t a, uint32_t b) {
    uint32_t result;
    __asm__("sadd16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

/* Two channels of one tile: d[] are its inputs in order; every second word of the stream is this
 * tile's. `sum` words lie between S0, S1, P and Q, `group` words between groups. */
static inline void iso_dsp_tile_inputs(const uint32_t *d, int32_t taps, uint32_t *to, int32_t sum,
                                       int32_t group) {
    const uint32_t *three = taps == 5 ? d : d + 1;
    const uint32_t *two = taps == 5 ? d + 1 : d;
    to[0] = iso_dsp_pair_minus(three[0], three[4]);
    to[sum] = iso_dsp_pair_minus(three[6], three[2]);
    to[2 * sum] = iso_dsp_pair_plus(three[2], three[4]);
    to[3 * sum] = iso_dsp_pair_minus(three[4], three[2]);
    for (int32_t i = 5; i <= taps; i += 2, two += 4) {
        to += group;
        to[0] = iso_dsp_pair_minus(two[0], two[2]);
        to[sum] = iso_dsp_pair_minus(two[4], two[2]);
        to[2 * sum] = two[2];
    }
}

/* All channels of one tile, whose first input is x. */
static void iso_dsp_tile_expand(const int8_t *x, int32_t channels, int32_t taps, uint32_t *to) {
    const int32_t group = channels;
    const int32_t sum = group * ((taps - 1) >> 1);
    for (int32_t c = 0; c < channels; c += 4, to += 4) {
        uint32_t even[9];
        uint32_t odd[9];
        for (int32_t i = 0; i < taps + 2; i++) {
            uint32_t word;
            memcpy(&word, x + i * channels + c, 4);
            __asm__("sxtb16 %0, %1" : "=r"(even[i]) : "r"(word));
            __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd[i]) : "r"(word));
        }
        iso_dsp_tile_inputs(even, taps, to, sum, group);
        iso_dsp_tile_inputs(odd, taps, to + 2, sum, group);
    }
}

/* Four output positions at a time. */
static void iso_dsp_winograd(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                             const int32_t *weights, const int32_t *scales, int32_t zero_point,
                             int32_t low, int32_t high, uint32_t *scratch) {
    const int32_t channels = s->input_channels;
    const int32_t outputs = s->output_channels;
    const int32_t taps = s->kernel_width;
    const int32_t steps = (channels >> 2) * ((taps - 1) >> 1);
    int8_t *line = (int8_t *)(scratch + 4 * (3 * steps + (channels >> 2)));
    int8_t *rows = line + (taps + 2) * channels;
    for (int32_t position = 0; position < s->output_width; position += 4) {
        for (int32_t tile = 0; tile < 2; tile++) {
            const int32_t column = 2 * (position + 2 * tile) - s->pad_left;
            const int8_t *from = x + column * channels;
            if (column < 0 || column + taps + 2 > s->input_width) {
                for (int32_t i = 0; i < taps + 2; i++) {
                    const int inside = column + i >= 0 && column + i < s->input_width;
                    if (inside) {
                        memcpy(line + i * channels, from + i * channels, (size_t)channels);
                    } else {
                        memset(line + i * channels, zero_point, (size_t)channels);
                    }
                }
                from = line;
            }
            iso_dsp_tile_expand(from, channels, taps, scratch + tile);
        }
        const int32_t left = s->output_width - position;
        const int32_t count = left < 4 ? left : 4;
        const iso_dsp_tiles tiles = {
            .steps = steps,
            .steps_q = channels >> 2,
            .activations = (const int32_t *)scratch,
            .output = count == 4 ? y : rows,
            .output_stride = outputs,
            .scales = scales,
            .scales_end = scales + 4 * outputs,
            .weights = weights,
        };
        iso_dsp_tile_outputs(&tiles);
        if (count < 4) {
            memcpy(y, rows, (size_t)(count * outputs));
        }
        iso_dsp_clamp(y, count * outputs, low, high);
        y += count * outputs;
    }
}

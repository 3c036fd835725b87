#include "../portable/iso_covering.h"
#include "iso_dsp_gradient.h"

/* All channels of one input position; the assembly copies it to its stack, in this order. */
typedef struct {
    const iso_covering *found;     /* 0 */
    const iso_covering *found_end; /* 4 */
    int32_t channel;               /* 8: bytes to the four channels in a position of dy */
    const int32_t *multiplier;     /* 12 */
    const int32_t *weights;        /* 16: int16, of each tap the channels (0, 2) and (1, 3) */
    int32_t weights_step;          /* 20: bytes from four channels to the next four */
    int16_t *dx;                   /* 24 */
    int32_t quads;                 /* 28 */
    const uint8_t *mask;           /* 32: or NULL */
    int32_t mask_bit;              /* 36: of the first channel, a multiple of four */
    int32_t limit;                 /* 40 */
} iso_dsp_covered;

/* Returns how many values saturated. Four channels whose mask bits are all clear cost no product.
 * 44: saturations, 48: mask bits. */
__attribute__((naked, noinline)) static uint32_t
iso_dsp_covered_position(__attribute__((unused)) const iso_dsp_covered *position) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "sub sp, sp, #52\n"
                     "ldm r0!, {r1-r8}\n"
                     "mov r9, sp\n"
                     "stm r9!, {r1-r8}\n"
                     "ldm r0, {r1-r3}\n"
                     "movs r4, #0\n"
                     "stm r9, {r1-r4}\n"
                     "1: ldrd r4, r5, [sp, #32]\n"
                     "movs r8, #15\n"
                     "cbz r4, 2f\n"
                     "add r6, r5, #4\n"
                     "str r6, [sp, #36]\n"
                     "lsr r7, r5, #3\n"
                     "ldrb r8, [r4, r7]\n"
                     "and r5, r5, #4\n"
                     "lsr r8, r8, r5\n"
                     "ands r8, r8, #15\n"
                     "beq 13f\n"
                     "2: str r8, [sp, #48]\n"
                     "ldrd r4, lr, [sp]\n"
                     "ldr r12, [sp, #8]\n"
                     "ldr r11, [sp, #16]\n"
                     "movs r0, #0\n"
                     "movs r1, #0\n"
                     "movs r2, #0\n"
                     "movs r3, #0\n"
                     "cmp r4, lr\n"
                     "beq 4f\n"
                     "3: ldmia r4!, {r5, r6}\n"
                     "add r5, r5, r12\n"
                     "add r6, r11, r6, lsl #3\n"
                     "ldrd r7, r8, [r5]\n"
                     "ldrd r9, r10, [r6]\n"
                     "smlabb r0, r7, r9, r0\n"
                     "smlatb r1, r7, r10, r1\n"
                     "smlabt r2, r8, r9, r2\n"
                     "smlatt r3, r8, r10, r3\n"
                     "cmp r4, lr\n"
                     "bne 3b\n"
                     "4: iso_dsp_gradient_round 12, 40, 48\n"
                     "11: ldrd r4, r5, [sp, #8]\n"
                     "ldrd r6, r7, [sp, #16]\n"
                     "ldrd r8, r9, [sp, #24]\n"
                     "adds r4, r4, #8\n"
                     "adds r5, r5, #16\n"
                     "add r6, r6, r7\n"
                     "strd r4, r5, [sp, #8]\n"
                     "str r6, [sp, #16]\n"
                     "strd r0, r1, [r8], #8\n"
                     "subs r9, r9, #1\n"
                     "strd r8, r9, [sp, #24]\n"
                     "bne 1b\n"
                     "ldr r0, [sp, #44]\n"
                     "add sp, sp, #52\n"
                     "pop {r4-r11, pc}\n"
                     "iso_dsp_gradient_saturate 44\n"
                     "13: movs r0, #0\n"
                     "movs r1, #0\n"
                     "b 11b\n"
                     "iso_dsp_gradient_masks\n"
                     ".ltorg\n");
}

/* Gradient of a depthwise convolution with respect to its input, four channels at a time, from the
 * words of the forward one. Returns how many values saturated. */
static uint32_t iso_dsp_depthwise_gradient(const int16_t *dy, int16_t *dx, const iso_conv_shape *s,
                                           const int32_t *weights, const int32_t *multiplier,
                                           const uint8_t *mask, int32_t limit) {
    const int32_t channels = s->input_channels;
    iso_covering found[ISO_COVERING_MOST];
    iso_dsp_covered position = {.found = found,
                                .multiplier = multiplier,
                                .weights = weights,
                                .weights_step = 8 * s->kernel_height * s->kernel_width,
                                .quads = channels >> 2,
                                .mask = mask,
                                .limit = limit};
    uint32_t saturations = 0;
    for (int32_t row = 0; row < s->input_height; row++) {
        for (int32_t column = 0; column < s->input_width; column++) {
            const int32_t count = iso_find_covering(found, dy, s, row, column);
            position.found_end = found + count;
            position.dx = dx;
            saturations += iso_dsp_covered_position(&position);
            dx += channels;
            position.mask_bit += channels;
        }
    }
    return saturations;
}

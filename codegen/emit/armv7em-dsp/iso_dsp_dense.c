#include "iso_dsp_clamp.h"
#include "iso_dsp_expand.c"
#include "iso_dsp_product.h"

/* Two channels against one position: r0 S0, r1 raw sum, r2-r5 activations, r6-r9 weights, r10
 * unpacked weights, r12 and lr pointers; eight taps are 14 instructions of 4 bytes. */
__asm__(".macro iso_dsp_dense_pair activation, weight\n"
        "sxtb16 r10, \\weight\n"
        "smlad r0, \\activation, r10, r0\n"
        "smlad r1, \\activation, \\weight, r1\n"
        ".endm\n");

/* As iso_dsp_dot_three, for one position; the activations end on whole steps of four taps. */
__attribute__((naked, noinline)) static void iso_dsp_dot_one(__attribute__((unused))
                                                             const iso_dsp_product *product) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r1-r7, lr}\n"
                     /* The loop holds four times two steps. */
                     "ldr r8, =3f + 1\n"
                     "lsrs r9, r3, #1\n"
                     "it ne\n"
                     "ldrne r8, =2f + 1\n"
                     "rsb r9, r9, #0\n"
                     "and r9, r9, #3\n"
                     "movs r10, #56\n"
                     "mla r8, r9, r10, r8\n"
                     "push {r1-r4, r6-r8}\n" /* r5, the stride of rows, has no use here */
                     "1: ldr r9, [sp, #16]\n"
                     "ldr r12, [sp]\n"
                     "ldr r10, [sp, #8]\n"
                     "ldr r0, [r9]\n"
                     "mov r1, r0\n"
                     "lsrs r10, r10, #1\n"
                     "bcc 4f\n"
                     "ldm r12!, {r2-r3}\n"
                     "ldm lr!, {r6-r7}\n"
                     "iso_dsp_dense_pair r2, r6\n"
                     "iso_dsp_dense_pair r3, r7\n"
                     "4: ldr pc, [sp, #24]\n"
                     ".p2align 2\n"
                     "2: .rept 4\n"
                     "ldmia.w r12!, {r2-r5}\n"
                     "ldmia.w lr!, {r6-r9}\n"
                     "iso_dsp_dense_pair r2, r6\n"
                     "iso_dsp_dense_pair r3, r7\n"
                     "iso_dsp_dense_pair r4, r8\n"
                     "iso_dsp_dense_pair r5, r9\n"
                     ".endr\n"
                     "ldr r9, [sp, #4]\n"
                     "cmp r12, r9\n"
                     "bne 2b\n"
                     "3: ldr r12, [sp, #16]\n"
                     "sub r1, r1, r0\n"
                     "ldm r12!, {r4-r11}\n"
                     "str r12, [sp, #16]\n"
                     "add r1, r5, r1, asr #8\n"
                     "smmla r0, r0, r6, r8\n"
                     "smmla r1, r1, r7, r9\n"
                     "ldr r4, [sp, #12]\n"
                     "asr r0, r0, r10\n"
                     "asr r1, r1, r11\n"
                     "ssat r0, #8, r0\n"
                     "ssat r1, #8, r1\n"
                     "strb r0, [r4], #1\n"
                     "strb r1, [r4], #1\n"
                     "str r4, [sp, #12]\n"
                     "ldr r9, [sp, #20]\n"
                     "cmp r12, r9\n"
                     "bne 1b\n"
                     "add sp, sp, #28\n"
                     "pop {r4-r11, pc}\n"
                     ".ltorg\n");
}

/* A convolution that has one output position: dense layers. An odd last channel passes through the
 * scratch. */
static void iso_dsp_dense(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                          const int32_t *weights, const int32_t *scales, int32_t zero_point,
                          int32_t low, int32_t high, int32_t *scratch) {
    const int32_t channels = s->output_channels;
    const int32_t pairs = (channels + 1) >> 1;
    const int32_t steps = s->kernel_height * ((s->kernel_width * s->input_channels + 3) >> 2);
    int32_t *end = scratch + 2 * steps;
    int8_t *rows = (int8_t *)end;
    const iso_dsp_product product = {
        .activations = scratch,
        .activations_end = end,
        .steps = (uint32_t)steps,
        .output = (channels & 1) == 0 ? y : rows,
        .scales = scales,
        .scales_end = scales + 8 * pairs,
        .weights = weights,
    };
    iso_dsp_expand_window(x, s, 0, zero_point, rows + 2 * pairs, scratch, 1);
    iso_dsp_dot_one(&product);
    if (product.output != y) {
        memcpy(y, rows, (size_t)channels);
    }
    iso_dsp_clamp(y, channels, low, high);
}

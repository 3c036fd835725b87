#include "iso_dsp_product.h"

/*
 * Inner products of three expanded positions with all output channels, two channels at a time.
 *
 * Weights of two channels lie in one halfword, 256 * w1 + w0. SMLAD on the raw word sums
 * 256 * S1 + S0, on its SXTB16 it sums S0, and S1 = (raw - S0) >> 8: half of the unpacking
 * disappears. The code generator proves |S1| < 2^23.
 *
 * Registers: r0-r2 S0 of three positions, r3-r5 raw sums, r6-r8 activations, r9-r10 weights, r11
 * unpacked weights, r12 activations' pointer, lr weights' pointer. Everything else lies on the
 * stack. One step is four taps: 24 multiply-accumulates in 17 instructions of 4 bytes.
 */
__asm__(".macro iso_dsp_step\n"
        "ldmia.w r12!, {r6-r8}\n"
        "ldmia.w lr!, {r9-r10}\n"
        "sxtb16 r11, r9\n"
        "smlad r0, r6, r11, r0\n"
        "smlad r1, r7, r11, r1\n"
        "smlad r2, r8, r11, r2\n"
        "smlad r3, r6, r9, r3\n"
        "smlad r4, r7, r9, r4\n"
        "smlad r5, r8, r9, r5\n"
        "ldmia.w r12!, {r6-r8}\n"
        "sxtb16 r11, r10\n"
        "smlad r0, r6, r11, r0\n"
        "smlad r1, r7, r11, r1\n"
        "smlad r2, r8, r11, r2\n"
        "smlad r3, r6, r10, r3\n"
        "smlad r4, r7, r10, r4\n"
        "smlad r5, r8, r10, r5\n"
        ".endm\n");

/* y = sat8((((acc * multiplier) >> 32) + round) >> shift), which is the one rounding of the project
 * for shifts of 33 and more; the output's offset is part of `round`. scales: {bias, multiplier,
 * round, shift}, each of both channels, for each channel pair. Writes three rows of output_stride
 * bytes. */
__attribute__((naked, noinline)) static void iso_dsp_dot_three(__attribute__((unused))
                                                               const iso_dsp_product *product) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #28\n"
        "ldm r0, {r1-r7, lr}\n"
        /* The loop holds eight steps; what does not fill it enters behind its start. */
        "rsb r3, r3, #0\n"
        "and r3, r3, #7\n"
        "movs r8, #68\n"
        "mul r3, r3, r8\n"
        "ldr r8, =2f + 1\n"
        "add r3, r3, r8\n"
        "stm sp, {r1-r7}\n"
        "1: ldr r9, [sp, #20]\n"
        "ldr r12, [sp]\n"
        "ldr r0, [r9]\n"
        "mov r1, r0\n"
        "mov r2, r0\n"
        "mov r3, r0\n"
        "mov r4, r0\n"
        "mov r5, r0\n"
        "ldr pc, [sp, #8]\n"
        ".p2align 2\n"
        "2: .rept 8\n"
        "iso_dsp_step\n"
        ".endr\n"
        "ldr r9, [sp, #4]\n"
        "cmp r12, r9\n"
        "bne 2b\n"
        "ldr r12, [sp, #20]\n"
        "sub r3, r3, r0\n"
        "sub r4, r4, r1\n"
        "sub r5, r5, r2\n"
        "ldm r12!, {r6-r11}\n"
        "add r3, r7, r3, asr #8\n"
        "add r4, r7, r4, asr #8\n"
        "add r5, r7, r5, asr #8\n"
        "smmla r0, r0, r8, r10\n"
        "smmla r1, r1, r8, r10\n"
        "smmla r2, r2, r8, r10\n"
        "smmla r3, r3, r9, r11\n"
        "smmla r4, r4, r9, r11\n"
        "smmla r5, r5, r9, r11\n"
        "ldm r12!, {r6-r7}\n"
        "str r12, [sp, #20]\n"
        "asr r0, r0, r6\n"
        "asr r1, r1, r6\n"
        "asr r2, r2, r6\n"
        "asr r3, r3, r7\n"
        "asr r4, r4, r7\n"
        "asr r5, r5, r7\n"
        "ldrd r10, r11, [sp, #12]\n"
        "ssat r0, #8, r0\n"
        "ssat r1, #8, r1\n"
        "ssat r2, #8, r2\n"
        "ssat r3, #8, r3\n"
        "ssat r4, #8, r4\n"
        "ssat r5, #8, r5\n"
        "strb r1, [r10, r11]\n"
        "strb r2, [r10, r11, lsl #1]\n"
        "strb r0, [r10], #1\n"
        "strb r4, [r10, r11]\n"
        "strb r5, [r10, r11, lsl #1]\n"
        "strb r3, [r10], #1\n"
        "str r10, [sp, #12]\n"
        "ldr r9, [sp, #24]\n"
        "cmp r12, r9\n"
        "bne 1b\n"
        "add sp, sp, #28\n"
        "pop {r4-r11, pc}\n"
        ".ltorg\n");
}

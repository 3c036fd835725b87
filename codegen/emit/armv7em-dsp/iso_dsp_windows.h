#ifndef ISO_DSP_WINDOWS_H
#define ISO_DSP_WINDOWS_H

#include "../portable/iso_kernel.h"

/*
 * Sums over contiguous windows of int16 signals, four sums of a position together, their weights as
 * int16 pairs in RAM: one LDM brings four words of the signal and four bring the weights that they
 * meet, 32 multiply-accumulates in 21 instructions.
 *
 * The kernels that use these macros give a structure of sixteen words, which is copied to the stack
 * and begins:
 *   0 window of the first position, 4 bytes from one window to the next,
 *   8 weights, 12 kernel rows (at least 1),
 *   16 bytes from the end of a row's run to the start of the next, 20 the same for weights,
 *   24 words of the signal in the run of one row (0 leaves the sums as they are),
 *   28 output, 32 bytes from one output to the next, 36 positions.
 * Registers: r0-r3 sums, r4-r7 signal, r8-r11 weights, r12 and lr pointers.
 */
__asm__(
    ".macro iso_dsp_windows_word signal\n"
    "ldmia.w lr!, {r8-r11}\n"
    "smlad r0, \\signal, r8, r0\n"
    "smlad r1, \\signal, r9, r1\n"
    "smlad r2, \\signal, r10, r2\n"
    "smlad r3, \\signal, r11, r3\n"
    ".endm\n"
    /* 21 instructions of 4 bytes. */
    ".macro iso_dsp_windows_step\n"
    "ldmia.w r12!, {r4-r7}\n"
    "iso_dsp_windows_word r4\n"
    "iso_dsp_windows_word r5\n"
    "iso_dsp_windows_word r6\n"
    "iso_dsp_windows_word r7\n"
    ".endm\n"
    /* What r0 points to goes to the stack. The loop holds eight steps of four words; what does
     * not fill it enters behind its start, words that fill no step go first. 64: single words,
     * 68: zero, for the kernel, 72: entry of the loop, 76: rows left, 80: for the kernel, 84:
     * end of the row's run. */
    ".macro iso_dsp_windows_enter\n"
    "push {r4-r11, lr}\n"
    "sub sp, sp, #92\n"
    "ldm r0!, {r1-r8}\n"
    "mov r9, sp\n"
    "stm r9!, {r1-r8}\n"
    "ldm r0, {r1-r7, r10}\n"
    "stm r9!, {r1-r7, r10}\n"
    "ldr r1, [sp, #24]\n"
    "and r2, r1, #3\n"
    "lsrs r3, r1, #2\n"
    "ldr r4, =8f + 1\n"
    "beq 1f\n"
    "rsb r3, r3, #0\n"
    "and r3, r3, #7\n"
    "movs r4, #84\n"
    "mul r3, r3, r4\n"
    "ldr r4, =7f + 1\n"
    "add r4, r4, r3\n"
    "1: movs r3, #0\n"
    "stm r9!, {r2-r4}\n"
    ".endm\n"
    /* Adds one position's products to r0-r3; r12, lr and the rows left are set. */
    ".macro iso_dsp_windows_sums\n"
    "4: ldr r4, [sp, #24]\n"
    "ldr r5, [sp, #64]\n"
    "add r4, r12, r4, lsl #2\n"
    "str r4, [sp, #84]\n"
    "cbz r5, 6f\n"
    "5: ldr r4, [r12], #4\n"
    "iso_dsp_windows_word r4\n"
    "subs r5, r5, #1\n"
    "bne 5b\n"
    "6: ldr pc, [sp, #72]\n"
    ".p2align 2\n"
    "7: .rept 8\n"
    "iso_dsp_windows_step\n"
    ".endr\n"
    "ldr r4, [sp, #84]\n"
    "cmp r12, r4\n"
    "bne 7b\n"
    "8: ldr r4, [sp, #76]\n"
    "subs r4, r4, #1\n"
    "beq 9f\n"
    "str r4, [sp, #76]\n"
    "ldrd r4, r5, [sp, #16]\n"
    "add r12, r12, r4\n"
    "add lr, lr, r5\n"
    "b 4b\n"
    "9:\n"
    ".endm\n"
    /* On to the next position, whose code begins at 2; r8 and r9 are the output and its step. */
    ".macro iso_dsp_windows_next\n"
    "ldrd r12, lr, [sp]\n"
    "add r8, r8, r9\n"
    "str r8, [sp, #28]\n"
    "ldr r10, [sp, #36]\n"
    "add r12, r12, lr\n"
    "str r12, [sp]\n"
    "subs r10, r10, #1\n"
    "str r10, [sp, #36]\n"
    "bne 2b\n"
    ".endm\n");

#endif

#ifndef ISO_DSP_GRADIENT_H
#define ISO_DSP_GRADIENT_H

#include "../portable/iso_kernel.h"

/* The end of every gradient kernel here: four sums in r0 to r3 are rounded, masked by the low four
 * bits of a word and packed to r0 and r1. Operands are offsets from the stack pointer. Labels 10,
 * 12 and 14 are these macros' own, and all three belong to one function. */

/* One value where something may saturate: masked, clamped and counted. */
__asm__(".macro iso_dsp_gradient_clamp value, bit\n"
        "tst r8, #\\bit\n"
        "it eq\n"
        "moveq \\value, #0\n"
        "cmp \\value, r5\n"
        "itt gt\n"
        "movgt \\value, r5\n"
        "addgt r7, r7, #1\n"
        "cmp \\value, r6\n"
        "itt lt\n"
        "movlt \\value, r6\n"
        "addlt r7, r7, #1\n"
        ".endm\n");

/* The bitwise or of the magnitudes tells whether anything can saturate. r4 to r11 are lost. */
__asm__(".macro iso_dsp_gradient_round multiplier, limit, bits\n"
        "ldr r8, [sp, #\\multiplier]\n"
        "ldm r8, {r4-r7}\n"
        "smmulr r0, r0, r4\n"
        "smmulr r1, r1, r5\n"
        "smmulr r2, r2, r6\n"
        "smmulr r3, r3, r7\n"
        "eor r4, r0, r0, asr #31\n"
        "eor r5, r1, r1, asr #31\n"
        "orr r4, r4, r5\n"
        "eor r5, r2, r2, asr #31\n"
        "orr r4, r4, r5\n"
        "eor r5, r3, r3, asr #31\n"
        "orr r4, r4, r5\n"
        "ldr r5, [sp, #\\limit]\n"
        "ldr r8, [sp, #\\bits]\n"
        "cmp r4, r5\n"
        "bhs 12f\n"
        "10: adr r9, 14f\n"
        "add r9, r9, r8, lsl #3\n"
        "pkhbt r0, r0, r1, lsl #16\n"
        "pkhbt r1, r2, r3, lsl #16\n"
        "ldrd r10, r11, [r9]\n"
        "and r0, r0, r10\n"
        "and r1, r1, r11\n"
        ".endm\n");

/* Out of the way of what runs always. */
__asm__(".macro iso_dsp_gradient_saturate saturations\n"
        "12: ldr r7, [sp, #\\saturations]\n"
        "rsb r6, r5, #0\n"
        "iso_dsp_gradient_clamp r0, 1\n"
        "iso_dsp_gradient_clamp r1, 2\n"
        "iso_dsp_gradient_clamp r2, 4\n"
        "iso_dsp_gradient_clamp r3, 8\n"
        "str r7, [sp, #\\saturations]\n"
        "b 10b\n"
        ".endm\n");

/* Which halfwords stay, by the four mask bits. */
__asm__(".macro iso_dsp_gradient_masks\n"
        ".p2align 2\n"
        "14:\n"
        ".irp bits, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
        ".word (\\bits & 1) * 0xffff + ((\\bits >> 1) & 1) * 0xffff0000\n"
        ".word ((\\bits >> 2) & 1) * 0xffff + (\\bits >> 3) * 0xffff0000\n"
        ".endr\n"
        ".endm\n");

#endif

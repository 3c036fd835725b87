#include "iso_helium.h"

/* A term is ((code + offset) << left) * multiplier, of which the doubled high word is shifted
 * right.
 */
typedef struct {
    int32_t power_a, offset_a, multiplier_a, right_a;
    int32_t power_b, offset_b, multiplier_b, right_b;
    int32_t multiplier, right, offset, low, high;
} iso_helium_add_scales;

/* Sum of two tensors in scales of their own, four elements at a time. `power` is 2^left, `offset`
 * of a term is shifted to the left already, shifts to the right are negative. */
__attribute__((naked, noinline, noipa)) static void
iso_helium_rescaled_add(const int8_t *a ISO_IN_ASSEMBLY, const int8_t *b ISO_IN_ASSEMBLY,
                        int8_t *y ISO_IN_ASSEMBLY, int32_t elements ISO_IN_ASSEMBLY,
                        const iso_helium_add_scales *s ISO_IN_ASSEMBLY) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "vpush {d8-d15}\n"
                     "ldr r12, [sp, #100]\n"
                     "ldr r4, [r12]\n"
                     "vdup.32 q2, r4\n"
                     "ldr r4, [r12, #16]\n"
                     "vdup.32 q3, r4\n"
                     "ldrd r4, r5, [r12, #44]\n"
                     "vdup.32 q4, r4\n"
                     "vdup.32 q5, r5\n"
                     "ldr r4, [r12, #4]\n"
                     "ldr r5, [r12, #8]\n"
                     "ldr r6, [r12, #12]\n"
                     "ldr r7, [r12, #20]\n"
                     "ldr r8, [r12, #24]\n"
                     "ldr r9, [r12, #28]\n"
                     "ldrd r10, r11, [r12, #32]\n"
                     "ldr r12, [r12, #40]\n"
                     "wlstp.32 lr, r3, 2f\n"
                     "1:\n"
                     "vldrb.s32 q0, [r0], #4\n"
                     "vldrb.s32 q1, [r1], #4\n"
                     "vmlas.s32 q0, q2, r4\n"
                     "vmlas.s32 q1, q3, r7\n"
                     "vqdmulh.s32 q0, q0, r5\n"
                     "vqdmulh.s32 q1, q1, r8\n"
                     "vrshl.s32 q0, r6\n"
                     "vrshl.s32 q1, r9\n"
                     "vadd.i32 q0, q0, q1\n"
                     "vqdmulh.s32 q0, q0, r10\n"
                     "vrshl.s32 q0, r11\n"
                     "vadd.i32 q0, q0, r12\n"
                     "vmax.s32 q0, q0, q4\n"
                     "vmin.s32 q0, q0, q5\n"
                     "vstrb.32 q0, [r2], #4\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     "vpop {d8-d15}\n"
                     "pop {r4-r11, pc}\n");
}

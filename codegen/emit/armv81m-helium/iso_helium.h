/* What the kernels for Helium (Armv8.1-M vector extension) share. */
#ifndef ISO_HELIUM_H
#define ISO_HELIUM_H

#include <arm_mve.h>

/* A function whose whole body is assembly by the procedure call standard: the compiler must neither
 * look inside nor assume anything about its registers. */
#define ISO_ASSEMBLY __attribute__((naked, noinline, noipa))
#define ISO_IN_ASSEMBLY __attribute__((unused))

/* Most taps of a depthwise convolution. */
#define ISO_HELIUM_DEPTHWISE_TAPS 32

/* One call of a tile routine, as the assembly reads it: `quads` times four channels of `positions`
 * positions, four at a time. `x` is where the first four find their activations, `step` the bytes
 * to the next four's, `row_step` those to the next kernel row; `pitch` bytes lie from one
 * position's outputs to the next one's. The routine moves `x` and counts `positions` down.
 */
typedef struct {
    const int8_t *x;
    int32_t row_step;
    const int8_t *weights;
    const int32_t *parameters;
    int8_t *y;
    int32_t quads;
    int32_t pitch;
    int32_t positions;
    int32_t step;
    int32_t iterations;
} iso_tiles;

typedef void (*iso_tile_routine)(iso_tiles *job);

/* What stays the same for all tiles of a layer; an input position is `position_bytes` of codes, an
 * output code `output_bytes`. */
typedef struct {
    iso_tile_routine tiles;
    const int8_t *weights;
    const int32_t *parameters;
    int32_t iterations;
    int32_t position_bytes;
    int32_t output_bytes;
    int32_t zero_point;
} iso_tile_plan;

/* All channels of `positions` positions from `x`, which the job has with its steps, to `y`; returns
 * the end of them. Where channels are not whole fours, the positions are at most four and are
 * written to `spare` first, with the channels that there are not. */
static inline int8_t *iso_helium_tiles(const iso_tile_plan *plan, iso_tiles job, int8_t *y,
                                       int32_t channels, int8_t *spare) {
    const int32_t positions = job.positions, bytes = channels * plan->output_bytes;
    job.weights = plan->weights;
    job.parameters = plan->parameters;
    job.iterations = plan->iterations;
    job.quads = (channels + 3) / 4;
    job.pitch = 4 * job.quads * plan->output_bytes;
    job.y = y;
    if (job.pitch == bytes) {
        plan->tiles(&job);
        return y + positions * bytes;
    }
    const int8_t *from = spare + (-(uintptr_t)spare & 3U);
    job.y = spare + (-(uintptr_t)spare & 3U);
    plan->tiles(&job);
    for (int32_t i = 0; i < positions; i++, y += bytes) {
        memcpy(y, from + i * job.pitch, (size_t)bytes);
    }
    return y;
}

/* Copies `bytes` bytes, 16 at a time; the destination of each 16 lies `step` bytes behind the last.
 */
static inline void iso_helium_copy(int8_t *to, const int8_t *from, int32_t bytes, int32_t step) {
    __asm__ volatile("wlstp.8 lr, %[bytes], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[from]], #16\n"
                     "vstrb.8 q0, [%[to]]\n"
                     "add %[to], %[step]\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [to] "+r"(to), [from] "+r"(from)
                     : [bytes] "r"(bytes), [step] "r"(step)
                     : "lr", "q0", "memory");
}

/* The same with one value. */
static inline void iso_helium_fill(int8_t *to, int32_t value, int32_t bytes, int32_t step) {
    __asm__ volatile("vdup.8 q0, %[value]\n"
                     "wlstp.8 lr, %[bytes], 2f\n"
                     "1:\n"
                     "vstrb.8 q0, [%[to]]\n"
                     "add %[to], %[step]\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [to] "+r"(to)
                     : [value] "r"(value), [bytes] "r"(bytes), [step] "r"(step)
                     : "lr", "q0", "memory");
}

#endif

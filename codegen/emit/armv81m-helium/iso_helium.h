/* What the kernels for Helium (Armv8.1-M vector extension) share. */
#ifndef ISO_HELIUM_H
#define ISO_HELIUM_H

#include <arm_mve.h>

/* A function whose whole body is assembly by the procedure call standard: the compiler must neither
 * look inside nor assume anything about its registers. */
#define ISO_ASSEMBLY __attribute__((naked, noinline, noipa))
#define ISO_IN_ASSEMBLY __attribute__((unused))

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

/* All channels of the job's positions to `y`. Where channels are not whole fours, the positions are
 * at most four and are written to `spare` first, with the channels that there are not. */
static inline void iso_helium_tiles(iso_tile_routine tiles, iso_tiles job, int8_t *y,
                                    int32_t channels, int8_t *spare) {
    const int32_t positions = job.positions;
    job.quads = (channels + 3) / 4;
    job.pitch = 4 * job.quads;
    job.y = y;
    if (job.pitch == channels) {
        tiles(&job);
        return;
    }
    const int8_t *from = spare + (-(uintptr_t)spare & 3U);
    job.y = spare + (-(uintptr_t)spare & 3U);
    tiles(&job);
    for (int32_t i = 0; i < positions; i++) {
        memcpy(y + i * channels, from + i * job.pitch, (size_t)channels);
    }
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

/* What the kernels for Helium (Armv8.1-M vector extension) share. */
#ifndef ISO_HELIUM_H
#define ISO_HELIUM_H

#include <arm_mve.h>

/* A function whose whole body is assembly by the procedure call standard: the compiler must neither
 * look inside nor assume anything about its registers. */
#define ISO_ASSEMBLY __attribute__((naked, noinline, noipa))
#define ISO_IN_ASSEMBLY __attribute__((unused))

/* One call of a tile routine, in the order in which the assembly loads it: `pairs` channel pairs of
 * the first `positions` of four positions, `pitch` bytes from one position's outputs to the next.
 */
typedef struct {
    const int8_t *x;
    int32_t iterations;
    const int8_t *weights;
    const int32_t *parameters;
    int8_t *y;
    int32_t pairs;
    int32_t pitch;
    int32_t positions;
} iso_tiles;

typedef void (*iso_tile_routine)(const iso_tiles *job);

/* All channels of up to four output positions. An odd number of channels is written to `spare`
 * first, which then holds four positions of one channel more. */
static inline void iso_helium_block(iso_tile_routine tiles, const int8_t *x, int32_t iterations,
                                    const int8_t *weights, const int32_t *parameters, int8_t *y,
                                    const iso_conv_shape *s, int32_t positions, int8_t *spare) {
    const int32_t channels = s->output_channels;
    const int32_t pairs = (channels + 1) / 2;
    const int odd = 2 * pairs != channels;
    const iso_tiles job = {
        .x = x,
        .iterations = iterations,
        .weights = weights,
        .parameters = parameters,
        .y = odd ? spare : y,
        .pairs = pairs,
        .pitch = 2 * pairs,
        .positions = positions,
    };
    tiles(&job);
    for (int32_t i = 0; odd && i < positions; i++) {
        memcpy(y + i * channels, spare + i * 2 * pairs, (size_t)channels);
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

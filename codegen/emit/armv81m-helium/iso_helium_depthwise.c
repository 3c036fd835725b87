#include "iso_helium.h"

/* What stays the same for all outputs of a layer. */
typedef struct {
    const int8_t *weights;
    const int32_t *parameters;
    int32_t pairs;
    int32_t shifts;
    int32_t offset;
    int32_t low;
    int32_t high;
} iso_depthwise;

/* One output position of up to 16 channels. Two neighbouring taps fit int16 together; their sums
 * are widened to four vectors, which hold every fourth channel: 0, 4 ...; 2, 6 ...; 1, 5 ...; 3, 7
 * ... */
static inline void iso_helium_depthwise_block(const iso_depthwise *d, const int8_t *x,
                                              const int32_t *taps, const int8_t *weights,
                                              const int32_t *parameters, int8_t *y,
                                              int32_t channels) {
    int32_t first, second;
    __asm__ volatile(
        "vctp.8 %[channels]\n"
        "vldrw.32 q0, [%[parameters]]\n"
        "vldrw.32 q1, [%[parameters], #16]\n"
        "vldrw.32 q2, [%[parameters], #32]\n"
        "vldrw.32 q3, [%[parameters], #48]\n"
        "dls lr, %[pairs]\n"
        "1:\n"
        "ldrd %[first], %[second], [%[taps]], #8\n"
        "add %[first], %[x]\n"
        "add %[second], %[x]\n"
        "vpstt\n"
        "vldrbt.8 q4, [%[first]]\n"
        "vldrbt.8 q5, [%[second]]\n"
        "vldrb.8 q6, [%[weights]], #16\n"
        "vmullb.s8 q7, q4, q6\n"
        "vmullt.s8 q4, q4, q6\n"
        "vldrb.8 q6, [%[weights]], #16\n"
        "vmullb.s8 q5, q5, q6\n"
        "vadd.i16 q7, q7, q5\n"
        "vpst\n"
        "vldrbt.8 q5, [%[second]]\n"
        "vmullt.s8 q5, q5, q6\n"
        "vadd.i16 q4, q4, q5\n"
        "vmovlb.s16 q5, q7\n"
        "vadd.i32 q0, q0, q5\n"
        "vmovlt.s16 q7, q7\n"
        "vadd.i32 q1, q1, q7\n"
        "vmovlb.s16 q5, q4\n"
        "vadd.i32 q2, q2, q5\n"
        "vmovlt.s16 q4, q4\n"
        "vadd.i32 q3, q3, q4\n"
        "le lr, 1b\n"
        "vldrw.32 q4, [%[parameters], #64]\n"
        "vldrw.32 q5, [%[parameters], #80]\n"
        "vldrw.32 q6, [%[parameters], #96]\n"
        "vldrw.32 q7, [%[parameters], #112]\n"
        "cmp %[shifts], #0\n"
        "bne 2f\n"
        "vrmulh.s32 q0, q0, q4\n"
        "vrmulh.s32 q1, q1, q5\n"
        "vrmulh.s32 q2, q2, q6\n"
        "vrmulh.s32 q3, q3, q7\n"
        "b 3f\n"
        "2:\n"
        "vqdmulh.s32 q0, q0, q4\n"
        "vqdmulh.s32 q1, q1, q5\n"
        "vqdmulh.s32 q2, q2, q6\n"
        "vqdmulh.s32 q3, q3, q7\n"
        "vldrw.32 q4, [%[parameters], #128]\n"
        "vldrw.32 q5, [%[parameters], #144]\n"
        "vldrw.32 q6, [%[parameters], #160]\n"
        "vldrw.32 q7, [%[parameters], #176]\n"
        "vrshl.s32 q0, q0, q4\n"
        "vrshl.s32 q1, q1, q5\n"
        "vrshl.s32 q2, q2, q6\n"
        "vrshl.s32 q3, q3, q7\n"
        "3:\n"
        "vadd.i32 q0, q0, %[offset]\n"
        "vadd.i32 q1, q1, %[offset]\n"
        "vadd.i32 q2, q2, %[offset]\n"
        "vadd.i32 q3, q3, %[offset]\n"
        "vqmovnb.s32 q0, q0\n"
        "vqmovnt.s32 q0, q1\n"
        "vqmovnb.s32 q2, q2\n"
        "vqmovnt.s32 q2, q3\n"
        "vqmovnb.s16 q0, q0\n"
        "vqmovnt.s16 q0, q2\n"
        "vdup.8 q1, %[low]\n"
        "vmax.s8 q0, q0, q1\n"
        "vdup.8 q1, %[high]\n"
        "vmin.s8 q0, q0, q1\n"
        "vpst\n"
        "vstrbt.8 q0, [%[y]]\n"
        : [first] "=&r"(first), [second] "=&r"(second), [taps] "+r"(taps), [weights] "+r"(weights)
        : [x] "r"(x), [parameters] "r"(parameters), [y] "r"(y), [channels] "r"(channels),
          [pairs] "r"(d->pairs), [shifts] "r"(d->shifts), [offset] "r"(d->offset),
          [low] "r"(d->low), [high] "r"(d->high)
        : "lr", "cc", "memory", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7");
}

/* Depthwise convolution, 16 channels at a time. `inside` holds the offset of each tap from the
 * first; scratch a position of the input's zero point, which taps outside the input read. */
static void iso_helium_depthwise(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                                 const iso_depthwise *d, const int32_t *inside, int32_t zero_point,
                                 int32_t parameter_bytes, void *scratch) {
    const int32_t channels = s->input_channels;
    const int32_t reach_row = (s->kernel_height - 1) * s->dilation_height;
    const int32_t reach_column = (s->kernel_width - 1) * s->dilation_width;
    int32_t mixed[ISO_HELIUM_DEPTHWISE_TAPS] = {0};
    iso_helium_fill(scratch, zero_point, channels, 16);
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t row = oh * s->stride_height - s->pad_top;
        for (int32_t ow = 0; ow < s->output_width; ow++) {
            const int32_t column = ow * s->stride_width - s->pad_left;
            const int32_t start = (row * s->input_width + column) * channels;
            const int8_t *from = x + start;
            const int32_t *taps = inside;
            if (row < 0 || row + reach_row >= s->input_height || column < 0 ||
                column + reach_column >= s->input_width) {
                int32_t tap = 0;
                from = x;
                for (int32_t kh = 0; kh < s->kernel_height; kh++) {
                    const int32_t h = row + kh * s->dilation_height;
                    for (int32_t kw = 0; kw < s->kernel_width; kw++, tap++) {
                        const int32_t v = column + kw * s->dilation_width;
                        const int in =
                            h >= 0 && h < s->input_height && v >= 0 && v < s->input_width;
                        mixed[tap] = in ? start + inside[tap] : (int32_t)((int8_t *)scratch - x);
                    }
                }
                taps = mixed;
            }
            const int8_t *weights = d->weights;
            const int32_t *parameters = d->parameters;
            for (int32_t c = 0; c < channels; c += 16) {
                iso_helium_depthwise_block(d, from + c, taps, weights, parameters, y + c,
                                           channels - c);
                weights += 32 * d->pairs;
                parameters += parameter_bytes / 4;
            }
            y += channels;
        }
    }
}

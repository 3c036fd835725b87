#include "iso_kernel.h"

/* Copies runs of bytes that lie at regular distances: shape holds four extents, four strides, the
 * offset and the run, distances in bytes; a stride of zero repeats. */
static void iso_rearrange(const void *from, void *to, const int32_t shape[10]) {
    const uint8_t *x = (const uint8_t *)from + shape[8];
    uint8_t *y = (uint8_t *)to;
    for (int32_t a = 0; a < shape[0]; a++) {
        for (int32_t b = 0; b < shape[1]; b++) {
            for (int32_t c = 0; c < shape[2]; c++) {
                const uint8_t *run = x + a * shape[4] + b * shape[5] + c * shape[6];
                for (int32_t d = 0; d < shape[3]; d++) {
                    for (int32_t r = 0; r < shape[9]; r++) {
                        *y++ = run[r];
                    }
                    run += shape[7];
                }
            }
        }
    }
}

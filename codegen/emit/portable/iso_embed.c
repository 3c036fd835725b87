#include "iso_kernel.h"

/* Fills the output, then writes runs of the input into it at regular distances: shape holds four
 * extents, four strides, the offset and the run, distances in bytes. */
static void iso_embed(const void *from, void *to, const int32_t shape[10], int32_t bytes,
                      int32_t fill) {
    const uint8_t *x = (const uint8_t *)from;
    uint8_t *y = (uint8_t *)to + shape[8];
    memset(to, fill, (size_t)bytes);
    for (int32_t a = 0; a < shape[0]; a++) {
        for (int32_t b = 0; b < shape[1]; b++) {
            for (int32_t c = 0; c < shape[2]; c++) {
                uint8_t *run = y + a * shape[4] + b * shape[5] + c * shape[6];
                for (int32_t d = 0; d < shape[3]; d++) {
                    for (int32_t r = 0; r < shape[9]; r++) {
                        run[r] = *x++;
                    }
                    run += shape[7];
                }
            }
        }
    }
}

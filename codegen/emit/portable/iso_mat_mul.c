#include "iso_kernel.h"

/* Products of strided matrices; steps count elements. */
typedef struct {
    int32_t batch, rows, depth, columns;
    int32_t a_offset, a_batch, a_row, a_depth;
    int32_t b_offset, b_batch, b_depth, b_column;
    int32_t y_batch, y_row;
    int32_t a_zero_point, b_zero_point, y_zero_point;
    int32_t multiplier;
    uint32_t shift;
    int32_t low, high;
} iso_mat_mul_shape;

/* One sum. */
static int32_t iso_mat_mul_sum(const int8_t *a8, const int16_t *a16, const int8_t *b,
                               const iso_mat_mul_shape *s) {
    int32_t sum = 0;
    for (int32_t i = 0; i < s->depth; i++) {
        sum += (iso_at(a8, a16, i * s->a_depth) - s->a_zero_point) *
               (b[i * s->b_depth] - s->b_zero_point);
    }
    return sum;
}

static void iso_mat_mul(const int8_t *a8, const int16_t *a16, const int8_t *b, int8_t *y8,
                        int16_t *y16, const iso_mat_mul_shape *s) {
    for (int32_t matrix = 0; matrix < s->batch; matrix++) {
        for (int32_t row = 0; row < s->rows; row++) {
            const int32_t from = s->a_offset + matrix * s->a_batch + row * s->a_row;
            const int32_t to = matrix * s->y_batch + row * s->y_row;
            for (int32_t column = 0; column < s->columns; column++) {
                const int32_t sum = iso_mat_mul_sum(
                    a8 != NULL ? a8 + from : NULL, a8 != NULL ? NULL : a16 + from,
                    b + s->b_offset + matrix * s->b_batch + column * s->b_column, s);
                const int32_t value = iso_round(sum, s->multiplier, s->shift) + s->y_zero_point;
                const int32_t kept = iso_clamp(value, s->low, s->high);
                iso_put(y8, y16, to + column, kept);
            }
        }
    }
}

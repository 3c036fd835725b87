#include "iso_kernel.h"

/* What iso_mat_mul_gradient walks over; steps count elements. */
typedef struct {
    int32_t batch, rows, depth, columns;
    int32_t a_batch, a_row, a_depth;
    int32_t b_offset, b_batch, b_depth, b_column, b_zero_point;
    int32_t y_batch, y_row;
    int32_t multiplier;
    uint32_t shift;
    int32_t limit;
} iso_mat_mul_gradient_shape;

/* One sum, exact. */
static int64_t iso_mat_mul_gradient_sum(const int16_t *dy, const int8_t *b8, const int16_t *b16,
                                        int32_t at, const iso_mat_mul_gradient_shape *s) {
    int64_t sum = 0;
    for (int32_t i = 0; i < s->depth; i++) {
        const int32_t factor = iso_at(b8, b16, at + i * s->b_depth) - s->b_zero_point;
        sum += dy[i * s->a_depth] * factor;
    }
    return sum;
}

/* Gradient of a product of two signals by one of them. Returns how many saturated. */
static uint32_t iso_mat_mul_gradient(const int16_t *dy, const int8_t *b8, const int16_t *b16,
                                     int16_t *dx, const iso_mat_mul_gradient_shape *s) {
    const int64_t half = (int64_t)1 << (s->shift - 1U);
    uint32_t saturations = 0;
    for (int32_t matrix = 0; matrix < s->batch; matrix++) {
        for (int32_t row = 0; row < s->rows; row++) {
            const int16_t *from = dy + matrix * s->a_batch + row * s->a_row;
            int16_t *to = dx + matrix * s->y_batch + row * s->y_row;
            for (int32_t column = 0; column < s->columns; column++) {
                const int32_t at = s->b_offset + matrix * s->b_batch + column * s->b_column;
                const int64_t sum = iso_mat_mul_gradient_sum(from, b8, b16, at, s);
                const int64_t value = (sum * s->multiplier + half) >> s->shift;
                const int64_t kept =
                    value < -s->limit ? -s->limit : (value > s->limit ? s->limit : value);
                saturations += kept != value;
                to[column] = (int16_t)kept;
            }
        }
    }
    return saturations;
}

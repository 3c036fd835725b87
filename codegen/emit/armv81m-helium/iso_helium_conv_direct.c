#include "iso_helium.h"

/* Copies what four output positions read, `columns` of each kernel row: what lies outside the input
 * is its zero point. */
static void iso_helium_patch(int8_t *to, const int8_t *x, const iso_conv_shape *s,
                             const iso_tile_plan *plan, int32_t row, int32_t column,
                             int32_t columns) {
    const int32_t bytes = plan->position_bytes, run = columns * bytes;
    const int32_t before = column < 0 ? iso_clamp(-column, 0, columns) : 0;
    const int32_t end = iso_clamp(s->input_width - column, before, columns);
    for (int32_t kh = 0; kh < s->kernel_height; kh++, to += run) {
        const int32_t h = row + kh * s->dilation_height;
        const int in_row = h >= 0 && h < s->input_height;
        const int32_t inside = in_row ? (end - before) * bytes : 0;
        if (inside < run) {
            iso_helium_fill(to, plan->zero_point, run, 16);
        }
        if (inside > 0) {
            const int8_t *from = x + (h * s->input_width + column + before) * bytes;
            iso_helium_copy(to + before * bytes, from, inside, 16);
        }
    }
}

/* How many positions from `column` on can read the input itself: blocks of four whose columns all
 * lie inside, and the `overhang` bytes that the last vector reads beyond them too. */
static int32_t iso_helium_inside(const iso_conv_shape *s, int32_t position_bytes, int32_t row,
                                 int32_t column, int32_t columns, int32_t overhang, int32_t left) {
    const int32_t bottom = row + (s->kernel_height - 1) * s->dilation_height;
    const int32_t room = s->input_width - columns - column, step = 4 * s->stride_width;
    if (row < 0 || bottom >= s->input_height || column < 0 || room < 0) {
        return 0;
    }
    int32_t blocks = room / step + 1;
    blocks = 4 * blocks < left ? blocks : (left + 3) / 4;
    const int32_t end = bottom * s->input_width + column + (blocks - 1) * step + columns;
    const int32_t behind = (s->input_height * s->input_width - end) * position_bytes;
    blocks = behind < overhang ? blocks - 1 : blocks;
    return 4 * blocks < left ? 4 * blocks : left;
}

/* Convolution by tiles that read the input where it lies, and a copy of what four positions read
 * where that leaves the input; scratch holds the copy. What lies behind a row's last channel meets
 * weights of zero. */
static void iso_helium_conv_direct(const int8_t *x, int8_t *y, const iso_conv_shape *s,
                                   const iso_tile_plan *plan, void *scratch, int32_t columns,
                                   int32_t overhang) {
    const int32_t bytes = plan->position_bytes, row_bytes = s->input_width * bytes;
    int8_t *spare = (int8_t *)scratch + s->kernel_height * columns * bytes + overhang;
    /* Constants may lie on any byte; channels that are not whole fours are written block by block.
     */
    const int misplaced = bytes % 4 == 0 && ((uintptr_t)x & 3U) != 0;
    const int32_t most = s->output_channels % 4 == 0 ? s->output_width : 4;
    for (int32_t oh = 0; oh < s->output_height; oh++) {
        const int32_t row = oh * s->stride_height - s->pad_top;
        iso_tiles job = {.step = 4 * s->stride_width * bytes};
        for (int32_t ow = 0; ow < s->output_width; ow += job.positions) {
            const int32_t column = ow * s->stride_width - s->pad_left;
            int32_t left = s->output_width - ow;
            left = left < most ? left : most;
            job.positions =
                misplaced ? 0 : iso_helium_inside(s, bytes, row, column, columns, overhang, left);
            job.x = x + row * row_bytes + column * bytes;
            job.row_step = s->dilation_height * row_bytes;
            if (job.positions == 0) {
                iso_helium_patch(scratch, x, s, plan, row, column, columns);
                job.x = scratch;
                job.row_step = columns * bytes;
                job.positions = left < 4 ? left : 4;
            }
            y = iso_helium_tiles(plan, job, y, s->output_channels, spare);
        }
    }
}

#include "iso_kernel.h"

/* 2^(-k / 128) with 20 fraction bits; the code generator's POWER_TABLE, held equal by a test. */
static const int32_t iso_power_table[129] = {
    /* clang-format off */
    1048576, 1042913, 1037281, 1031679, 1026107, 1020566, 1015054, 1009572, 1004120, 998697, 993303,
    987939, 982604, 977297, 972019, 966770, 961548, 956356, 951191, 946054, 940944, 935863, 930809,
    925782, 920782, 915809, 910863, 905944, 901051, 896185, 891345, 886532, 881744, 876982, 872246,
    867535, 862850, 858190, 853555, 848946, 844361, 839801, 835265, 830754, 826268, 821806, 817367,
    812953, 808563, 804196, 799853, 795533, 791237, 786964, 782714, 778487, 774282, 770101, 765942,
    761805, 757691, 753599, 749529, 745481, 741455, 737451, 733468, 729507, 725567, 721649, 717752,
    713875, 710020, 706185, 702372, 698578, 694806, 691053, 687321, 683609, 679917, 676245, 672593,
    668961, 665348, 661755, 658181, 654627, 651091, 647575, 644078, 640599, 637140, 633699, 630276,
    626872, 623487, 620120, 616771, 613440, 610127, 606832, 603555, 600295, 597053, 593829, 590622,
    587432, 584260, 581104, 577966, 574845, 571740, 568652, 565581, 562527, 559489, 556467, 553462,
    550473, 547500, 544543, 541603, 538678, 535768, 532875, 529997, 527135, 524288,
    /* clang-format on */
};

/* 2^-exponent, 20 fraction bits, of a non-negative exponent with 12. */
static int32_t iso_negative_power(int32_t exponent) {
    const int32_t whole = exponent >> 12;
    if (whole > 20) {
        return 0;
    }
    const int32_t k = (exponent >> 5) & 127;
    const int32_t low = iso_power_table[k];
    const int32_t power = low + (((iso_power_table[k + 1] - low) * (exponent & 31) + 16) >> 5);
    return (power + ((1 << whole) >> 1)) >> whole;
}

/* Softmax of each row. */
static void iso_softmax(const int8_t *x8, const int16_t *x16, int8_t *y8, int16_t *y16,
                        int32_t rows, int32_t columns, int32_t multiplier, uint32_t shift) {
    for (int32_t from = 0; from < rows * columns; from += columns) {
        int32_t largest = -32768;
        for (int32_t i = from; i < from + columns; i++) {
            const int32_t code = iso_at(x8, x16, i);
            largest = code > largest ? code : largest;
        }
        int32_t sum = 0;
        for (int32_t i = from; i < from + columns; i++) {
            const int32_t distance = largest - iso_at(x8, x16, i);
            sum += iso_negative_power(iso_round(distance, multiplier, shift));
        }
        const int64_t reciprocal = ((int64_t)1 << 50) / sum;
        const uint32_t down = y8 != NULL ? 42U : 35U;
        for (int32_t i = from; i < from + columns; i++) {
            const int32_t distance = largest - iso_at(x8, x16, i);
            const int64_t power = iso_negative_power(iso_round(distance, multiplier, shift));
            const int32_t share =
                (int32_t)((power * reciprocal + ((int64_t)1 << (down - 1U))) >> down);
            if (y8 != NULL) {
                y8[i] = (int8_t)iso_clamp(share - 128, -128, 127);
            } else {
                y16[i] = (int16_t)iso_clamp(share, 0, 32767);
            }
        }
    }
}

/* Sums of a tile to int8 or int16. */
#ifndef ISO_FINISH_H
#define ISO_FINISH_H

#include "iso_x86.h"

static void iso_x86_widen(void *staged, const void *source, int32_t count) {
    const int8_t *from = source;
    int16_t *to = staged;
    int32_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        const __m128i signs = _mm_cmpgt_epi8(_mm_setzero_si128(), bytes);
        _mm_storeu_si128((__m128i *)(void *)(to + i), _mm_unpacklo_epi8(bytes, signs));
        _mm_storeu_si128((__m128i *)(void *)(to + i + 8), _mm_unpackhi_epi8(bytes, signs));
    }
    for (; i < count; i++) {
        to[i] = from[i];
    }
}

static const iso_staged_form iso_x86_bytes = {iso_x86_widen, iso_x86_fill, 1, 2};
static const iso_staged_form iso_x86_words = {iso_x86_copy, iso_x86_fill, 2, 2};

/* Any layer. */
static void iso_x86_finish(const iso_staged_conv *layer, const iso_staged_tile *tile,
                           int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    for (int32_t p = 0; p < tile->count; p++) {
        const int32_t to = tile->output[p] * tile->plan->output_channels + tile->channel;
        for (int32_t i = 0; i < tile->channels; i++) {
            const int32_t c = tile->channel + i;
            const int32_t shift = layer->shifts == NULL ? layer->shift : layer->shifts[c];
            const int32_t rounded = iso_round(sums[p][i], layer->multiplier[c], (uint32_t)shift);
            const int32_t value = iso_clamp(rounded + layer->offset, layer->low, layer->high);
            if (layer->y8 != NULL) {
                layer->y8[to + i] = (int8_t)value;
            } else {
                layer->y16[to + i] = (int16_t)value;
            }
        }
    }
}

/* How eight channels are rounded: multipliers of even and odd ones, and what is added to their
 * products: the half, and the output's offset in the same digits. */
typedef struct {
    __m256i even_by, odd_by, even_added, odd_added, shift;
} iso_x86_rounding;

ISO_AVX2 ISO_INLINE iso_x86_rounding iso_x86_rounding_of(const iso_staged_conv *layer,
                                                         int32_t channel) {
    const __m256i by =
        _mm256_loadu_si256((const __m256i *)(const void *)(layer->multiplier + channel));
    const __m256i shift =
        layer->shifts == NULL
            ? _mm256_set1_epi32(layer->shift)
            : _mm256_loadu_si256((const __m256i *)(const void *)(layer->shifts + channel));
    const __m256i halves = _mm256_set1_epi64x(2 * (int64_t)layer->offset + 1);
    const __m256i below = _mm256_sub_epi32(shift, _mm256_set1_epi32(1));
    const __m256i even_below = _mm256_srli_epi64(_mm256_slli_epi64(below, 32), 32);
    const iso_x86_rounding rounding = {
        .even_by = by,
        .odd_by = _mm256_srli_epi64(by, 32),
        .even_added = _mm256_sllv_epi64(halves, even_below),
        .odd_added = _mm256_sllv_epi64(halves, _mm256_srli_epi64(below, 32)),
        .shift = _mm256_sub_epi32(shift, _mm256_set1_epi32(32)),
    };
    return rounding;
}

/* Shifts from 32 to 48: the products' upper words, shifted on. */
ISO_AVX2 ISO_INLINE __m256i iso_x86_round(const int32_t *sums, const iso_x86_rounding *rounding) {
    const __m256i sum = _mm256_loadu_si256((const __m256i *)(const void *)sums);
    __m256i even = _mm256_mul_epi32(sum, rounding->even_by);
    __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(sum, 32), rounding->odd_by);
    even = _mm256_srli_epi64(_mm256_add_epi64(even, rounding->even_added), 32);
    odd = _mm256_add_epi64(odd, rounding->odd_added);
    return _mm256_srav_epi32(_mm256_blend_epi32(even, odd, 0xaa), rounding->shift);
}

ISO_INLINE int iso_x86_is_usual(const iso_staged_conv *layer, const iso_staged_tile *tile) {
    if (layer->shifts == NULL) {
        return layer->shift >= 32 && layer->shift <= 48;
    }
    int usual = 1;
    for (int32_t i = 0; i < tile->channels; i++) {
        const int32_t shift = layer->shifts[tile->channel + i];
        usual = usual && shift >= 32 && shift <= 48;
    }
    return usual;
}

ISO_AVX2 static inline void
iso_x86_finish_avx2(const iso_staged_conv *layer, const iso_staged_tile *tile,
                    int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    if (!iso_x86_is_usual(layer, tile)) {
        iso_x86_finish(layer, tile, sums);
        return;
    }
    const iso_x86_rounding a = iso_x86_rounding_of(layer, tile->channel);
    const iso_x86_rounding b = iso_x86_rounding_of(layer, tile->channel + 8);
    const __m256i low = _mm256_set1_epi16((int16_t)layer->low);
    const __m256i high = _mm256_set1_epi16((int16_t)layer->high);
    for (int32_t p = 0; p < tile->count; p++) {
        const int32_t to = tile->output[p] * tile->plan->output_channels + tile->channel;
        __m256i words = _mm256_permute4x64_epi64(
            _mm256_packs_epi32(iso_x86_round(sums[p], &a), iso_x86_round(sums[p] + 8, &b)), 0xd8);
        words = _mm256_min_epi16(_mm256_max_epi16(words, low), high);
        const __m128i bytes =
            _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        if (tile->channels == ISO_STAGED_CHANNELS && layer->y8 != NULL) {
            _mm_storeu_si128((__m128i *)(void *)(layer->y8 + to), bytes);
        } else if (tile->channels == ISO_STAGED_CHANNELS) {
            _mm256_storeu_si256((__m256i *)(void *)(layer->y16 + to), words);
        } else if (layer->y8 != NULL) {
            int8_t some[ISO_STAGED_CHANNELS];
            _mm_storeu_si128((__m128i *)(void *)some, bytes);
            memcpy(layer->y8 + to, some, (size_t)tile->channels);
        } else {
            int16_t some[ISO_STAGED_CHANNELS];
            _mm256_storeu_si256((__m256i *)(void *)some, words);
            memcpy(layer->y16 + to, some, (size_t)tile->channels * sizeof some[0]);
        }
    }
}

#endif

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

static const iso_staged_form iso_x86_activations = {iso_x86_widen, iso_x86_fill, 1, 2};

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

/* Eight channels: the multiplication's upper words, shifted on; `added` holds the half, and the
 * output's offset in the same digits. */
ISO_AVX2 ISO_INLINE __m256i iso_x86_round(__m256i sum, __m256i multiplier, __m256i added,
                                          __m128i shift) {
    __m256i even = _mm256_mul_epi32(sum, multiplier);
    __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(sum, 32), _mm256_srli_epi64(multiplier, 32));
    even = _mm256_srli_epi64(_mm256_add_epi64(even, added), 32);
    odd = _mm256_add_epi64(odd, added);
    return _mm256_sra_epi32(_mm256_blend_epi32(even, odd, 0xaa), shift);
}

ISO_AVX2 static inline void
iso_x86_finish_avx2(const iso_staged_conv *layer, const iso_staged_tile *tile,
                    int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    if (layer->y8 == NULL || layer->shifts != NULL || layer->shift < 32 || layer->shift > 48 ||
        tile->channels != ISO_STAGED_CHANNELS) {
        iso_x86_finish(layer, tile, sums);
        return;
    }
    const int64_t one = (int64_t)1 << layer->shift;
    const __m256i added = _mm256_set1_epi64x(one / 2 + one * layer->offset);
    const __m128i shift = _mm_cvtsi32_si128(layer->shift - 32);
    const int32_t *multiplier = layer->multiplier + tile->channel;
    const __m256i by_a = _mm256_loadu_si256((const __m256i *)(const void *)multiplier);
    const __m256i by_b = _mm256_loadu_si256((const __m256i *)(const void *)(multiplier + 8));
    const __m128i low = _mm_set1_epi8((char)layer->low), high = _mm_set1_epi8((char)layer->high);
    for (int32_t p = 0; p < tile->count; p++) {
        const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)sums[p]);
        const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(sums[p] + 8));
        const __m256i words =
            _mm256_permute4x64_epi64(_mm256_packs_epi32(iso_x86_round(a, by_a, added, shift),
                                                        iso_x86_round(b, by_b, added, shift)),
                                     0xd8);
        const __m128i bytes =
            _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        int8_t *y = layer->y8 + tile->output[p] * tile->plan->output_channels + tile->channel;
        _mm_storeu_si128((__m128i *)(void *)y, _mm_min_epi8(_mm_max_epi8(bytes, low), high));
    }
}

#endif

/* What every x86-64 kernel shares: sums of int16 products, with the SSE2 of every such processor,
 * and with AVX2 where it is found at run time. */
#ifndef ISO_WIDE_H
#define ISO_WIDE_H

#include <immintrin.h>

#include "../staged/iso_staged.h"

/* Loops over registers must be unrolled, or the accumulators would lie in memory. */
#define ISO_UNROLLED _Pragma("GCC unroll 4")
#define ISO_INLINE static inline __attribute__((always_inline))
#define ISO_AVX2 __attribute__((target("avx2")))

ISO_INLINE const int16_t *iso_x86_weights(const iso_staged_tile *tile, const void *weights) {
    return (const int16_t *)weights + tile->phase->weights +
           tile->channel / ISO_STAGED_CHANNELS * tile->phase->block_weights;
}

/* Two neighbouring values as the halves of a word. */
ISO_INLINE int32_t iso_x86_pair(const int16_t *x) {
    int32_t pair;
    memcpy(&pair, x, sizeof pair);
    return pair;
}

/* Eight of the sixteen channels; weights lie as [two values][channel][value]. */
ISO_INLINE void iso_x86_half(const iso_staged_tile *tile, const int16_t *w, const int32_t *start,
                             int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS], int32_t half,
                             int32_t positions) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    __m128i a[4], b[4];
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        a[p] = _mm_loadu_si128((const __m128i *)(const void *)(start + half));
        b[p] = _mm_loadu_si128((const __m128i *)(const void *)(start + half + 4));
    }
    w += 2 * half;
    for (int32_t s = 0; s < phase->segments; s++) {
        const int16_t *const from = (const int16_t *)tile->staged + offsets[s];
        for (int32_t k = 0; k < phase->run; k += 2, w += 2 * ISO_STAGED_CHANNELS) {
            const __m128i wa = _mm_loadu_si128((const __m128i *)(const void *)w);
            const __m128i wb = _mm_loadu_si128((const __m128i *)(const void *)(w + 8));
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                const __m128i x = _mm_set1_epi32(iso_x86_pair(from + tile->at[p] + k));
                a[p] = _mm_add_epi32(a[p], _mm_madd_epi16(wa, x));
                b[p] = _mm_add_epi32(b[p], _mm_madd_epi16(wb, x));
            }
        }
    }
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        _mm_storeu_si128((__m128i *)(void *)(sums[p] + half), a[p]);
        _mm_storeu_si128((__m128i *)(void *)(sums[p] + half + 4), b[p]);
    }
}

/* sums[position][channel] = start[channel] + runs * weights. */
static inline void iso_x86_sums(const iso_staged_tile *tile, const int16_t *w, const int32_t *start,
                                int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    for (int32_t half = 0; half < tile->channels; half += 8) {
        if (tile->count == 1) {
            iso_x86_half(tile, w, start, sums, half, 1);
        } else {
            iso_x86_half(tile, w, start, sums, half, 4);
        }
    }
}

ISO_AVX2 ISO_INLINE void iso_x86_all(const iso_staged_tile *tile, const int16_t *w,
                                     const int32_t *start,
                                     int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS],
                                     int32_t positions) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    __m256i a[4], b[4];
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        a[p] = _mm256_loadu_si256((const __m256i *)(const void *)start);
        b[p] = _mm256_loadu_si256((const __m256i *)(const void *)(start + 8));
    }
    for (int32_t s = 0; s < phase->segments; s++) {
        const int16_t *const from = (const int16_t *)tile->staged + offsets[s];
        for (int32_t k = 0; k < phase->run; k += 2, w += 2 * ISO_STAGED_CHANNELS) {
            const __m256i wa = _mm256_loadu_si256((const __m256i *)(const void *)w);
            const __m256i wb = _mm256_loadu_si256((const __m256i *)(const void *)(w + 16));
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                const __m256i x = _mm256_set1_epi32(iso_x86_pair(from + tile->at[p] + k));
                a[p] = _mm256_add_epi32(a[p], _mm256_madd_epi16(wa, x));
                b[p] = _mm256_add_epi32(b[p], _mm256_madd_epi16(wb, x));
            }
        }
    }
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        _mm256_storeu_si256((__m256i *)(void *)sums[p], a[p]);
        _mm256_storeu_si256((__m256i *)(void *)(sums[p] + 8), b[p]);
    }
}

ISO_AVX2 static inline void iso_x86_sums_avx2(const iso_staged_tile *tile, const int16_t *w,
                                              const int32_t *start,
                                              int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    if (tile->count == 1) {
        iso_x86_all(tile, w, start, sums, 1);
    } else {
        iso_x86_all(tile, w, start, sums, 4);
    }
}

/* The same with each channel by itself; the taps of two segments at a time. Behind an odd last one
 * stands another offset, and weights of zero. */
static inline void iso_x86_depthwise_sums(const iso_staged_tile *tile, const int16_t *w,
                                          const int32_t *start,
                                          int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    for (int32_t p = 0; p < tile->count; p++) {
        const int16_t *x = (const int16_t *)tile->staged + tile->at[p] + tile->channel;
        for (int32_t half = 0; half < tile->channels; half += 8) {
            const int16_t *weights = w + 2 * half;
            __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(start + half));
            __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(start + half + 4));
            for (int32_t s = 0; s < phase->segments; s += 2, weights += 2 * ISO_STAGED_CHANNELS) {
                const __m128i x0 =
                    _mm_loadu_si128((const __m128i *)(const void *)(x + half + offsets[s]));
                const __m128i x1 =
                    _mm_loadu_si128((const __m128i *)(const void *)(x + half + offsets[s + 1]));
                const __m128i wa = _mm_loadu_si128((const __m128i *)(const void *)weights);
                const __m128i wb = _mm_loadu_si128((const __m128i *)(const void *)(weights + 8));
                a = _mm_add_epi32(a, _mm_madd_epi16(wa, _mm_unpacklo_epi16(x0, x1)));
                b = _mm_add_epi32(b, _mm_madd_epi16(wb, _mm_unpackhi_epi16(x0, x1)));
            }
            _mm_storeu_si128((__m128i *)(void *)(sums[p] + half), a);
            _mm_storeu_si128((__m128i *)(void *)(sums[p] + half + 4), b);
        }
    }
}

static inline void iso_x86_fill(void *staged, int32_t value, int32_t count) {
    int16_t *to = staged;
    for (int32_t i = 0; i < count; i++) {
        to[i] = (int16_t)value;
    }
}

#endif

/* What every x86-64 kernel shares: sums of int16 products, with the SSE2 of every such processor,
 * and with AVX2 or the VNNI of AVX-512 where they are found at run time. */
#ifndef ISO_WIDE_H
#define ISO_WIDE_H

#include <immintrin.h>

#include "../staged/iso_staged.h"

/* Loops over registers must be unrolled, or the accumulators would lie in memory. */
#define ISO_UNROLLED _Pragma("GCC unroll 4")
#define ISO_INLINE static inline __attribute__((always_inline))
#define ISO_AVX2 __attribute__((target("avx2")))
#define ISO_VNNI __attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512vnni")))

static inline int iso_x86_has_vnni(void) {
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}

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

/* The same with products and sum in one instruction, sixteen channels wide. Every other pair of
 * values has sums of its own: an instruction waits for the one before it on the same sums. */
ISO_VNNI ISO_INLINE void iso_x86_all_vnni(const iso_staged_tile *tile, const int16_t *w,
                                          const int32_t *start,
                                          int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS],
                                          int32_t positions) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    __m512i a[4], b[4];
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        a[p] = _mm512_loadu_si512(start);
        b[p] = _mm512_setzero_si512();
    }
    for (int32_t s = 0; s < phase->segments; s++) {
        const int16_t *const from = (const int16_t *)tile->staged + offsets[s];
        int32_t k = 0;
        for (; k + 2 < phase->run; k += 4, w += 4 * ISO_STAGED_CHANNELS) {
            const __m512i wa = _mm512_loadu_si512(w);
            const __m512i wb = _mm512_loadu_si512(w + 2 * ISO_STAGED_CHANNELS);
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                const int16_t *const x = from + tile->at[p] + k;
                a[p] = _mm512_dpwssd_epi32(a[p], wa, _mm512_set1_epi32(iso_x86_pair(x)));
                b[p] = _mm512_dpwssd_epi32(b[p], wb, _mm512_set1_epi32(iso_x86_pair(x + 2)));
            }
        }
        if (k < phase->run) {
            const __m512i wa = _mm512_loadu_si512(w);
            ISO_UNROLLED
            for (int32_t p = 0; p < positions; p++) {
                const int16_t *const x = from + tile->at[p] + k;
                a[p] = _mm512_dpwssd_epi32(a[p], wa, _mm512_set1_epi32(iso_x86_pair(x)));
            }
            w += 2 * ISO_STAGED_CHANNELS;
        }
    }
    ISO_UNROLLED
    for (int32_t p = 0; p < positions; p++) {
        _mm512_storeu_si512(sums[p], _mm512_add_epi32(a[p], b[p]));
    }
}

ISO_VNNI static inline void iso_x86_sums_vnni(const iso_staged_tile *tile, const int16_t *w,
                                              const int32_t *start,
                                              int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    if (tile->count == 1) {
        iso_x86_all_vnni(tile, w, start, sums, 1);
    } else {
        iso_x86_all_vnni(tile, w, start, sums, 4);
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

ISO_AVX2 ISO_INLINE __m256i iso_x86_load(const void *from) {
    return _mm256_loadu_si256((const __m256i *)from);
}

/* Interleaving two taps works on halves of a register: channels 0 to 3 and 8 to 11 come out
 * together, and the other eight. */
ISO_AVX2 static inline void
iso_x86_depthwise_sums_avx2(const iso_staged_tile *tile, const int16_t *w, const int32_t *start,
                            int32_t sums[ISO_STAGED_TILE][ISO_STAGED_CHANNELS]) {
    const iso_staged_phase *phase = tile->phase;
    const int32_t *offsets = tile->plan->offsets + phase->offsets;
    const int16_t *const from = (const int16_t *)tile->staged + tile->channel;
    __m256i a[4], b[4];
    const __m256i first = iso_x86_load(start), second = iso_x86_load(start + 8);
    ISO_UNROLLED
    for (int32_t p = 0; p < 4; p++) {
        a[p] = _mm256_permute2x128_si256(first, second, 0x20);
        b[p] = _mm256_permute2x128_si256(first, second, 0x31);
    }
    for (int32_t s = 0; s < phase->segments; s += 2, w += 2 * ISO_STAGED_CHANNELS) {
        const __m256i w0 = iso_x86_load(w), w1 = iso_x86_load(w + 16);
        const __m256i wa = _mm256_permute2x128_si256(w0, w1, 0x20);
        const __m256i wb = _mm256_permute2x128_si256(w0, w1, 0x31);
        ISO_UNROLLED
        for (int32_t p = 0; p < 4; p++) {
            const int16_t *const x = from + tile->at[p];
            const __m256i x0 = iso_x86_load(x + offsets[s]);
            const __m256i x1 = iso_x86_load(x + offsets[s + 1]);
            a[p] = _mm256_add_epi32(a[p], _mm256_madd_epi16(wa, _mm256_unpacklo_epi16(x0, x1)));
            b[p] = _mm256_add_epi32(b[p], _mm256_madd_epi16(wb, _mm256_unpackhi_epi16(x0, x1)));
        }
    }
    ISO_UNROLLED
    for (int32_t p = 0; p < 4; p++) {
        _mm256_storeu_si256((__m256i *)(void *)sums[p],
                            _mm256_permute2x128_si256(a[p], b[p], 0x20));
        _mm256_storeu_si256((__m256i *)(void *)(sums[p] + 8),
                            _mm256_permute2x128_si256(a[p], b[p], 0x31));
    }
}

static inline void iso_x86_copy(void *staged, const void *source, int32_t count) {
    memcpy(staged, source, (size_t)count * sizeof(int16_t));
}

static inline void iso_x86_fill(void *staged, int32_t value, int32_t count) {
    int16_t *to = staged;
    for (int32_t i = 0; i < count; i++) {
        to[i] = (int16_t)value;
    }
}

#endif

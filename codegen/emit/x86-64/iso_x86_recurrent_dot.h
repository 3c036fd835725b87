#ifndef ISO_X86_RECURRENT_DOT_H
#define ISO_X86_RECURRENT_DOT_H

#include <emmintrin.h>
#include <stdint.h>

/* Rows of a recurrent layer (iso_recurrent_dot.h), eight products at a time; SSE2 is what every
 * x86-64 processor has. */
static inline __m128i iso_x86_widened(const int8_t *from) {
    const __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)from);
    return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
}

static inline int32_t iso_x86_sum_of_four(__m128i sums) {
    const __m128i two = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}

static inline int32_t iso_recurrent_dot_input(const int8_t *w, const int8_t *x, int32_t count) {
    __m128i sums = _mm_setzero_si128();
    int32_t i = 0;
    for (; i + 8 <= count; i += 8) {
        sums = _mm_add_epi32(sums, _mm_madd_epi16(iso_x86_widened(w + i), iso_x86_widened(x + i)));
    }
    int32_t sum = iso_x86_sum_of_four(sums);
    for (; i < count; i++) {
        sum += w[i] * x[i];
    }
    return sum;
}

static inline int32_t iso_recurrent_dot_state(const int8_t *w, const int16_t *h, int32_t count) {
    __m128i sums = _mm_setzero_si128();
    int32_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m128i state = _mm_loadu_si128((const __m128i *)(const void *)(h + i));
        sums = _mm_add_epi32(sums, _mm_madd_epi16(iso_x86_widened(w + i), state));
    }
    int32_t sum = iso_x86_sum_of_four(sums);
    for (; i < count; i++) {
        sum += w[i] * h[i];
    }
    return sum;
}

#endif

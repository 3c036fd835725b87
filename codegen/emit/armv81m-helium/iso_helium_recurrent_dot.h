#ifndef ISO_HELIUM_RECURRENT_DOT_H
#define ISO_HELIUM_RECURRENT_DOT_H

#include <arm_mve.h>

/* Rows of a recurrent layer (iso_recurrent_dot.h); lanes behind the end are neither loaded nor
 * added. */
static inline int32_t iso_recurrent_dot_input(const int8_t *w, const int8_t *x, int32_t count) {
    int32_t sum = 0;
    for (; count > 0; count -= 16, w += 16, x += 16) {
        const mve_pred16_t left = vctp8q((uint32_t)count);
        sum = vmladavaq_p_s8(sum, vldrbq_z_s8(w, left), vldrbq_z_s8(x, left), left);
    }
    return sum;
}

static inline int32_t iso_recurrent_dot_state(const int8_t *w, const int16_t *h, int32_t count) {
    int32_t sum = 0;
    for (; count > 0; count -= 8, w += 8, h += 8) {
        const mve_pred16_t left = vctp16q((uint32_t)count);
        sum = vmladavaq_p_s16(sum, vldrbq_z_s16(w, left), vldrhq_z_s16(h, left), left);
    }
    return sum;
}

#endif

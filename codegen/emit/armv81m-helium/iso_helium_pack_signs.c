#include "iso_helium.h"

/* One bit per element, set where it is above the zero point. */
static void iso_helium_pack_signs(const int8_t *x, uint8_t *bits, int32_t elements,
                                  int32_t zero_point) {
    for (int32_t left = elements; left > 0; left -= 16) {
        const mve_pred16_t lanes = vctp8q((uint32_t)left);
        const mve_pred16_t above = vcmpgtq_m_n_s8(vldrbq_z_s8(x, lanes), (int8_t)zero_point, lanes);
        *bits++ = (uint8_t)above;
        if (left > 8) {
            *bits++ = (uint8_t)(above >> 8);
        }
        x += 16;
    }
}

#ifndef ISO_STM32_CLOCK_MODEL_H
#define ISO_STM32_CLOCK_MODEL_H

#include "chip_model.h"

/* What a family's model makes of the registers as they stand. */

typedef struct {
    double core_hz;
    double timer_hz;
    double apb1_hz;
    double apb2_hz;
} model_clocks;

model_clocks model_clocks_now(void);

/* What a code of the APB dividers makes of a clock; the same codes in the F4 and the H7. */
static inline double model_apb_hz(double hz, uint32_t code) {
    return code < 4u ? hz : hz / (double)(2u << (code - 4u));
}

#endif

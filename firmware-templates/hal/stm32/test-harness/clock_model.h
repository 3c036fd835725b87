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

#endif

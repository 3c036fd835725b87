/*
 * What a configuration of the device puts on its line, at the longest of every message: the rule of
 * docs/wire.md, "Budget", which the host computes alike (host/serial/link-budget.ts).
 */
#ifndef ISO_LINK_BUDGET_H
#define ISO_LINK_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t baud; /* 0: the line has no rate, and takes everything */
    uint32_t sample_rate_hz;
    uint32_t result_interval_ms;
    uint8_t samples_per_frame;
    bool explanations;
    bool median_beats;
    bool measures_beats;
} iso_link_configuration;

uint32_t iso_link_bits_per_s(const iso_link_configuration *configuration);
bool iso_link_fits(const iso_link_configuration *configuration);

#endif

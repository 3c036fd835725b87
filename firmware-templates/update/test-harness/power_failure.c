#include "power_failure.h"

jmp_buf model_power_failure;

static uint32_t operations;
static uint32_t cut_at = MODEL_NEVER;
static bool is_torn;
static uint32_t noise = 1u;

void model_cut_at(uint32_t operation, bool torn) {
    operations = 0u;
    cut_at = operation;
    is_torn = torn;
}

uint32_t model_operations(void) {
    return operations;
}

bool model_power_fails(void) {
    operations += 1u;
    return operations - 1u == cut_at;
}

bool model_is_torn(void) {
    return is_torn;
}

uint32_t model_noise(void) {
    noise = noise * 1664525u + 1013904223u; /* Numerical Recipes, section 7.1 */
    return noise >> 16;
}

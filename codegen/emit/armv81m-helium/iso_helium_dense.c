#include "iso_helium.h"

/* One call of a dense routine, in the order in which the assembly loads it. */
typedef struct {
    const int8_t *x;
    int32_t vectors;
    const int8_t *weights;
    const int32_t *parameters;
    void *y;
    int32_t outputs;
} iso_dense;

/* A dense layer of one position. Where inputs do not fill their last vector, `copy` has room for
 * whole ones. */
static inline void iso_helium_dense(const int8_t *x, int32_t inputs, void *y, int32_t outputs,
                                    const int8_t *weights, const int32_t *parameters,
                                    void (*routine)(const iso_dense *job), void *copy) {
    const iso_dense job = {
        .x = copy == NULL ? x : copy,
        .vectors = (inputs + 15) / 16,
        .weights = weights,
        .parameters = parameters,
        .y = y,
        .outputs = outputs,
    };
    if (copy != NULL) {
        iso_helium_copy(copy, x, inputs, 16);
    }
    routine(&job);
}

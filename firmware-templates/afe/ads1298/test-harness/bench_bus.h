#ifndef BENCH_BUS_H
#define BENCH_BUS_H

#include <stdint.h>

/* What lies between front end and converter in the bench: a chip family's driver, on a model of the
 * registers that it knows. */

typedef enum {
    BENCH_NO_END = 1,  /* so many exchanges do not end, until they are given up */
    BENCH_NO_BUS = 2,  /* none ends any more: 1 so, 0 well again */
    BENCH_STAND_US = 3 /* the processor stands for so long, once */
} bench_bus_fault;

void bench_run_until_ns(int64_t end_ns);
void bench_break_bus(bench_bus_fault fault, uint32_t how_much);
/* What a chip's manual forbids and its driver did. */
uint32_t bench_bus_violations(void);

#endif

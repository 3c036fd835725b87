#include "bench_bus.h"

#include <stdlib.h>

#include "ads1298_model.h"
#include "cortex_m.h"
#include "iso_board.h"
#include "iso_hal.h"
#include "iso_hal_spi.h"

/*
 * The processor between two models: time, which passes with each look at the counter, and
 * interrupts of one priority. Whether an interrupt reaches the driver is decided by the vector
 * table that the firmware has.
 */

/* What a look at the counter and the loop around it take. */
#define LOOK_NS 100
#define MOST_CALLS_IN_A_MOMENT 100u

void iso_cortex_link_interrupt(void);
void iso_cortex_inject_interrupt(void);
void iso_cortex_fault(void);
#include "iso_chip_interrupts.h"

static void (*const vectors[ISO_BOARD_IRQ_COUNT])(void) = {ISO_CHIP_INTERRUPTS};

static struct {
    bool enabled[ISO_BOARD_IRQ_COUNT];
    uint32_t priority[ISO_BOARD_IRQ_COUNT];
    uint32_t masked;
    bool in_interrupt;
    bool stands;
    uint32_t violations;
} processor;

const uint32_t iso_hal_ticks_per_second = ISO_BOARD_COUNTER_HZ;

void iso_cortex_link_interrupt(void) {
    abort();
}

void iso_cortex_inject_interrupt(void) {
    abort();
}

void iso_cortex_fault(void) {
    abort();
}

/* --- interrupts --- */

void model_interrupt_enable(uint32_t irq) {
    processor.enabled[irq] = true;
}

void model_interrupt_priority(uint32_t irq, uint32_t priority) {
    processor.priority[irq] = priority;
}

uint32_t model_interrupts_mask(void) {
    const uint32_t before = processor.masked;
    processor.masked = 1u;
    return before;
}

void model_interrupts_unmask(uint32_t mask) {
    processor.masked = mask;
}

static void call(uint32_t irq) {
    /* UARTs have 0, the most urgent, and lose bytes if they wait for these. */
    processor.violations += processor.priority[irq] == CORTEX_PRIORITY_LATER ? 0u : 1u;
    processor.in_interrupt = true;
    vectors[irq]();
    processor.in_interrupt = false;
}

static void take_interrupts(void) {
    uint32_t calls = 0u;
    for (uint32_t irq = 0u; irq < ISO_BOARD_IRQ_COUNT; irq += 1u) {
        if (processor.in_interrupt || processor.masked != 0u || processor.stands) {
            return;
        }
        if (processor.enabled[irq] && model_chip_interrupts(irq)) {
            call(irq);
            calls += 1u;
            if (calls > MOST_CALLS_IN_A_MOMENT) {
                abort(); /* one that does not acknowledge */
            }
            irq = UINT32_MAX;
        }
    }
}

/* --- time --- */

void bench_run_until_ns(int64_t end_ns) {
    for (;;) {
        const int64_t ready_ns = model_next_ready_ns();
        const int64_t chip_ns = model_chip_next_ns();
        const int64_t next_ns = chip_ns < ready_ns ? chip_ns : ready_ns;
        if (next_ns > end_ns) {
            break;
        }
        model_run_until_ns(next_ns, model_chip_data_ready);
        if (chip_ns <= next_ns) {
            model_chip_step();
        }
        take_interrupts();
    }
    if (end_ns > model_now_ns()) {
        model_run_until_ns(end_ns, model_chip_data_ready);
        take_interrupts();
    }
}

uint32_t iso_hal_ticks(void) {
    bench_run_until_ns(model_now_ns() + LOOK_NS);
    return (uint32_t)((uint64_t)model_now_ns() * (ISO_BOARD_COUNTER_HZ / 1000u) / 1000000u);
}

/* --- between the models --- */

int64_t model_chip_now_ns(void) {
    return model_now_ns();
}

void model_chip_pin(uint32_t pin, bool high) {
    if (pin == ISO_BOARD_AFE_SELECT_PIN) {
        model_select(!high);
    } else if (pin == ISO_BOARD_AFE_RESET_PIN) {
        model_pin_reset(high);
    } else if (pin == ISO_BOARD_AFE_POWER_DOWN_PIN) {
        model_pin_power_down(high);
    } else if (pin == ISO_BOARD_AFE_START_PIN) {
        model_pin_start(high);
    }
}

uint8_t model_chip_byte(uint8_t out) {
    return model_byte(out);
}

/* --- faults --- */

void bench_break_bus(bench_bus_fault fault, uint32_t how_much) {
    switch (fault) {
    case BENCH_NO_END:
        model_chip_stick(how_much);
        break;
    case BENCH_NO_BUS:
        model_chip_stick(how_much == 0u ? 0u : UINT32_MAX);
        break;
    case BENCH_STAND_US:
        processor.stands = true;
        bench_run_until_ns(model_now_ns() + 1000 * (int64_t)how_much);
        processor.stands = false;
        break;
    }
}

uint32_t bench_bus_violations(void) {
    return processor.violations + model_chip_violations();
}

#include "chip_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CELLS 64u
/* Flash (of the board, by the compiler's -D) is written through registers' accesses, too: some
 * cells go round for all of it. */
#define FLASH_CELLS 4u
#define MOST_OBJECTIONS 16u
#define MOST_FAULTS 8u

typedef struct {
    uint32_t address;
    uint32_t stored;
    uint32_t shown;
    volatile uint32_t latch;
} cell;

static cell cells[MOST_CELLS];
static uint32_t cell_count = FLASH_CELLS;
static uint32_t next_flash_cell;
static uint32_t accesses;
static const char *objections[MOST_OBJECTIONS];
static uint32_t objection_count;
static const char *faults[MOST_FAULTS];
static uint32_t fault_count;

static cell *find(uint32_t address) {
    if (address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES) {
        next_flash_cell = (next_flash_cell + 1u) % FLASH_CELLS;
        cells[next_flash_cell].address = address;
        return &cells[next_flash_cell];
    }
    for (uint32_t i = FLASH_CELLS; i < cell_count; i += 1u) {
        if (cells[i].address == address) {
            return &cells[i];
        }
    }
    if (cell_count == MOST_CELLS) {
        abort();
    }
    cell *fresh = &cells[cell_count];
    cell_count += 1u;
    *fresh = (cell){.address = address, .stored = model_reset_value(address)};
    fresh->latch = fresh->shown = fresh->stored;
    return fresh;
}

void chip_model_settle(void) {
    for (uint32_t i = 0; i < cell_count; i += 1u) {
        cell *each = &cells[i];
        if (each->latch != each->shown) {
            const uint32_t value = each->latch;
            each->shown = value;
            each->stored = model_write(each->address, each->stored, value);
        }
    }
}

void chip_model_reset(void) {
    memset(cells, 0, sizeof cells);
    cell_count = FLASH_CELLS;
}

volatile uint32_t *chip_model_register(uint32_t address) {
    chip_model_settle();
    accesses += 1u;
    cell *wanted = find(address);
    wanted->shown = model_read(address, wanted->stored);
    wanted->latch = wanted->shown;
    return &wanted->latch;
}

uint32_t chip_model_time(void) {
    return accesses;
}

uint32_t chip_model_stored(uint32_t address) {
    return find(address)->stored;
}

void chip_model_store(uint32_t address, uint32_t value) {
    find(address)->stored = value;
}

bool chip_model_bit(uint32_t address, uint32_t number) {
    return (chip_model_stored(address) >> number & 1u) != 0u;
}

uint32_t chip_model_field(uint32_t address, uint32_t shift, uint32_t width) {
    return chip_model_stored(address) >> shift & ((1u << width) - 1u);
}

void chip_model_object(const char *what) {
    for (uint32_t i = 0; i < objection_count; i += 1u) {
        if (strcmp(objections[i], what) == 0) {
            return;
        }
    }
    if (objection_count < MOST_OBJECTIONS) {
        objections[objection_count] = what;
        objection_count += 1u;
    }
}

void chip_model_print_objections(void) {
    (void)printf("\"objections\":[");
    for (uint32_t i = 0; i < objection_count; i += 1u) {
        (void)printf("%s\"%s\"", i == 0u ? "" : ",", objections[i]);
    }
    (void)printf("]");
    objection_count = 0u;
}

const char *chip_model_objection(void) {
    return objection_count == 0u ? NULL : objections[0];
}

void chip_model_suffer(const char *fault) {
    if (fault_count < MOST_FAULTS) {
        faults[fault_count] = fault;
        fault_count += 1u;
    }
}

bool chip_model_suffers(const char *fault) {
    for (uint32_t i = 0; i < fault_count; i += 1u) {
        if (strcmp(faults[i], fault) == 0) {
            return true;
        }
    }
    return false;
}

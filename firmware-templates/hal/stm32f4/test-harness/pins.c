#include "pins.h"

#include "iso_board.h"
#include "model_registers.h"

#define GPIO 0x40020000u
#define EXTI 0x40013C00u
#define EXTI_PENDING (EXTI + 0x14u)
#define SYSCFG_EXTICR 0x40013808u
#define PORTS 8u

static struct {
    uint32_t gpio[PORTS][16];
    uint32_t exti[6];
    uint32_t exticr[4];
} pins;

static bool within(uint32_t address, uint32_t base, uint32_t bytes) {
    return address >= base && address < base + bytes;
}

static uint32_t field(uint32_t port, uint32_t offset, uint32_t shift, uint32_t mask) {
    return pins.gpio[port][offset / 4u] >> shift & mask;
}

uint32_t pins_mode(uint32_t pin) {
    return field(pin / 16u, 0x00u, pin % 16u * 2u, 3u);
}

uint32_t pins_function(uint32_t pin) {
    return field(pin / 16u, 0x20u + pin % 16u / 8u * 4u, pin % 8u * 4u, 15u);
}

static void drive(uint32_t port) {
    for (uint32_t number = 0u; number < 16u; number += 1u) {
        if (pins_mode(16u * port + number) == 1u) {
            model_chip_pin(16u * port + number, field(port, 0x14u, number, 1u) != 0u);
        }
    }
}

static void write_gpio(uint32_t port, uint32_t offset, uint32_t value) {
    if (offset == 0x18u) {
        uint32_t *odr = &pins.gpio[port][0x14u / 4u];
        *odr = (*odr & ~(value >> 16)) | (value & 0xFFFFu);
    } else {
        pins.gpio[port][offset / 4u] = value;
    }
    drive(port);
}

bool pins_has(uint32_t address) {
    return within(address, GPIO, PORTS * 0x400u) || within(address, EXTI, 0x18u) ||
           within(address, SYSCFG_EXTICR, 0x10u);
}

uint32_t pins_read(uint32_t address) {
    if (within(address, GPIO, PORTS * 0x400u)) {
        return pins.gpio[(address - GPIO) / 0x400u][(address & 0x3FFu) / 4u];
    }
    return within(address, EXTI, 0x18u) ? pins.exti[(address - EXTI) / 4u]
                                        : pins.exticr[(address - SYSCFG_EXTICR) / 4u];
}

/* Without a clock they do not hear. */
void pins_write(uint32_t address, uint32_t value, uint32_t ahb1_clocks, uint32_t apb2_clocks) {
    if (within(address, GPIO, PORTS * 0x400u)) {
        const uint32_t port = (address - GPIO) / 0x400u;
        if ((ahb1_clocks >> port & 1u) != 0u) {
            write_gpio(port, address & 0x3FFu, value);
        }
    } else if (address == EXTI_PENDING) {
        pins.exti[5] &= ~value;
    } else if (within(address, EXTI, 0x14u)) {
        pins.exti[(address - EXTI) / 4u] = value;
    } else if ((apb2_clocks >> 14 & 1u) != 0u) {
        pins.exticr[(address - SYSCFG_EXTICR) / 4u] = value;
    }
}

void model_chip_data_ready(void) {
    const uint32_t pin = ISO_BOARD_AFE_DATA_READY_PIN;
    const uint32_t line = pin % 16u;
    if (pins_mode(pin) == 0u && (pins.exticr[line / 4u] >> line % 4u * 4u & 15u) == pin / 16u &&
        (pins.exti[3] >> line & 1u) != 0u) {
        pins.exti[5] |= 1u << line;
    }
}

static uint32_t exti_irq(uint32_t line) {
    return line < 5u ? 6u + line : line < 10u ? 23u : 40u;
}

bool pins_interrupt(uint32_t irq) {
    const uint32_t lines = pins.exti[0] & pins.exti[5];
    for (uint32_t line = 0u; line < 16u; line += 1u) {
        if ((lines >> line & 1u) != 0u && exti_irq(line) == irq) {
            return true;
        }
    }
    return false;
}

#include "iso_board.h"
#include "model_registers.h"

/*
 * nRF52840: SPIM2, GPIOTE's first channel and the pins, as far as a converter's driver needs them
 * (Product Specification v1.1: 6.25, 6.10, 6.9).
 */

#define SPIM2 0x40023000u
#define SPIM2_IRQ 35u
#define GPIOTE 0x40006000u
#define GPIOTE_IRQ 6u
#define P0 0x50000000u
#define P1 0x50000300u
#define PINS 64u
#define NEVER INT64_MAX

static struct {
    /* SPIM */
    uint32_t pins[3]; /* clock, output, input */
    uint32_t frequency;
    uint32_t config;
    uint32_t enable;
    uint32_t inten;
    uint32_t receive;
    uint32_t receive_count;
    uint32_t transmit;
    uint32_t transmit_count;
    uint32_t end;
    uint32_t stopped;
    bool runs;
    uint32_t at;
    int64_t next_ns;
    uint32_t stick;
    bool stuck;
    /* GPIOTE */
    uint32_t in_0;
    uint32_t gpiote_inten;
    uint32_t config_0;
    /* GPIO */
    uint32_t pin_configuration[PINS];
    bool level[PINS];
    uint32_t violations;
} chip = {.next_ns = NEVER, .pins = {~0u, ~0u, ~0u}};

static bool is_output(uint32_t pin) {
    return (chip.pin_configuration[pin] & 1u) != 0u;
}

static bool is_input(uint32_t pin) {
    return (chip.pin_configuration[pin] & 3u) == 0u;
}

static void set_pin(uint32_t pin, bool high) {
    chip.level[pin] = high;
    if (is_output(pin)) {
        model_chip_pin(pin, high);
    }
}

static void configure_pin(uint32_t pin, uint32_t configuration) {
    chip.pin_configuration[pin] = configuration;
    if (is_output(pin)) {
        model_chip_pin(pin, chip.level[pin]);
    }
}

static bool is_wired(void) {
    return chip.enable == 7u && chip.pins[0] == ISO_BOARD_AFE_CLOCK_PIN &&
           chip.pins[1] == ISO_BOARD_AFE_OUTPUT_PIN && chip.pins[2] == ISO_BOARD_AFE_INPUT_PIN &&
           is_output(chip.pins[0]) && is_output(chip.pins[1]) && is_input(chip.pins[2]) &&
           chip.config == 2u;
}

static int64_t byte_ns(void) {
    /* 0x02000000 is 125 kHz, and the others are its multiples. */
    return 8ll * 1000000000ll / (125000ll * (chip.frequency / 0x02000000u));
}

static void start(void) {
    if (!is_wired() || chip.runs || chip.frequency == 0u) {
        chip.violations += 1u;
        return;
    }
    chip.runs = true;
    chip.at = 0u;
    chip.stuck = chip.stick > 0u;
    chip.stick -= chip.stuck ? 1u : 0u;
    chip.next_ns = model_chip_now_ns() + byte_ns();
}

static void stop(void) {
    chip.runs = false;
    chip.next_ns = NEVER;
    chip.stopped = 1u;
}

int64_t model_chip_next_ns(void) {
    return chip.next_ns;
}

void model_chip_step(void) {
    const uint8_t *out = (const uint8_t *)(uintptr_t)chip.transmit;
    uint8_t *in = (uint8_t *)(uintptr_t)chip.receive;
    const uint32_t most =
        chip.receive_count > chip.transmit_count ? chip.receive_count : chip.transmit_count;
    const uint8_t byte = model_chip_byte(chip.at < chip.transmit_count ? out[chip.at] : 0u);
    if (chip.at < chip.receive_count) {
        in[chip.at] = byte;
    }
    chip.at += 1u;
    chip.next_ns += byte_ns();
    if (chip.stuck && chip.at * 2u >= most) {
        chip.next_ns = NEVER;
    } else if (chip.at >= most) {
        chip.runs = false;
        chip.next_ns = NEVER;
        chip.end = 1u;
    }
}

void model_chip_data_ready(void) {
    const uint32_t pin = chip.config_0 >> 8 & 63u;
    if ((chip.config_0 & 3u) == 1u && (chip.config_0 >> 16 & 2u) != 0u &&
        pin == ISO_BOARD_AFE_DATA_READY_PIN && is_input(pin)) {
        chip.in_0 = 1u;
    }
}

bool model_chip_interrupts(uint32_t irq) {
    return (irq == SPIM2_IRQ && (chip.inten & 1u << 6) != 0u && chip.end != 0u) ||
           (irq == GPIOTE_IRQ && (chip.gpiote_inten & 1u) != 0u && chip.in_0 != 0u);
}

void model_chip_stick(uint32_t exchanges) {
    chip.stick = exchanges;
}

uint32_t model_chip_violations(void) {
    return chip.violations;
}

uint32_t model_register_read(uint32_t address) {
    switch (address) {
    case SPIM2 + 0x104u:
        return chip.stopped;
    case SPIM2 + 0x118u:
        return chip.end;
    case GPIOTE + 0x100u:
        return chip.in_0;
    default:
        chip.violations += 1u; /* nothing else is read */
        return 0u;
    }
}

static bool write_gpio(uint32_t address, uint32_t value) {
    for (uint32_t port = 0u; port < 2u; port += 1u) {
        const uint32_t base = port == 0u ? P0 : P1;
        if (address == base + 0x508u || address == base + 0x50Cu) {
            for (uint32_t pin = 0u; pin < 32u; pin += 1u) {
                if ((value >> pin & 1u) != 0u) {
                    set_pin(32u * port + pin, address == base + 0x508u);
                }
            }
            return true;
        }
        if (address >= base + 0x700u && address < base + 0x780u) {
            configure_pin(32u * port + (address - base - 0x700u) / 4u, value);
            return true;
        }
    }
    return false;
}

/* Registers that hold what is written, events among them: those are cleared by it. */
static bool keep(uint32_t address, uint32_t value) {
    static const struct {
        uint32_t address;
        uint32_t *holds;
    } plain[] = {
        {SPIM2 + 0x104u, &chip.stopped},   {SPIM2 + 0x118u, &chip.end},
        {SPIM2 + 0x508u, &chip.pins[0]},   {SPIM2 + 0x50Cu, &chip.pins[1]},
        {SPIM2 + 0x510u, &chip.pins[2]},   {SPIM2 + 0x524u, &chip.frequency},
        {SPIM2 + 0x534u, &chip.receive},   {SPIM2 + 0x538u, &chip.receive_count},
        {SPIM2 + 0x544u, &chip.transmit},  {SPIM2 + 0x548u, &chip.transmit_count},
        {SPIM2 + 0x554u, &chip.config},    {GPIOTE + 0x100u, &chip.in_0},
        {GPIOTE + 0x510u, &chip.config_0},
    };
    for (uint32_t i = 0u; i < sizeof plain / sizeof plain[0]; i += 1u) {
        if (plain[i].address == address) {
            *plain[i].holds = value;
            return true;
        }
    }
    return false;
}

void model_register_write(uint32_t address, uint32_t value) {
    /* Pins and settings of a peripheral that is on must not change (6.25.1). */
    if (chip.enable != 0u && address >= SPIM2 + 0x508u && address <= SPIM2 + 0x510u) {
        chip.violations += 1u;
    }
    if (write_gpio(address, value) || keep(address, value)) {
        return;
    }
    switch (address) {
    case SPIM2 + 0x010u:
        start();
        break;
    case SPIM2 + 0x014u:
        stop();
        break;
    case SPIM2 + 0x304u:
        chip.inten |= value;
        break;
    case SPIM2 + 0x308u:
        chip.inten &= ~value;
        break;
    case SPIM2 + 0x500u:
        chip.violations += chip.runs ? 1u : 0u;
        chip.enable = value;
        break;
    case GPIOTE + 0x304u:
        chip.gpiote_inten |= value;
        break;
    case GPIOTE + 0x308u:
        chip.gpiote_inten &= ~value;
        break;
    default:
        chip.violations += 1u; /* nothing else is written */
        break;
    }
}

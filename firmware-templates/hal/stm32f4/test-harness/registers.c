#include <stddef.h>

#include "iso_board.h"
#include "model_registers.h"
#include "pins.h"

/*
 * STM32F4: one SPI with two DMA streams, and the clocks, without which nothing hears; the pins are
 * in pins.c (RM0090: SPI 28, DMA 10, RCC 7).
 */

#define RCC 0x40023800u
#define DMA1 0x40026000u
#define DMA2 0x40026400u
#define SPI ISO_BOARD_AFE_SPI_BASE
#define STREAMS 8u
#define NEVER INT64_MAX

typedef struct {
    uint32_t control;
    uint32_t count;
    uint32_t peripheral;
    uint32_t memory;
    uint32_t next; /* of the memory */
} stream;

/* Table 43 and 44: which stream serves which SPI by which channel. */
static const struct {
    uint32_t spi;
    uint32_t dma;
    uint8_t channel;
    uint8_t receive[2];
    uint8_t transmit[2];
    uint8_t irq[2]; /* of the receiving ones */
} requests[] = {
    {0x40013000u, DMA2, 3u, {0u, 2u}, {3u, 5u}, {56u, 58u}},
    {0x40003800u, DMA1, 0u, {3u, 3u}, {4u, 4u}, {14u, 14u}},
    {0x40003C00u, DMA1, 0u, {0u, 2u}, {5u, 7u}, {11u, 13u}},
};

static struct {
    uint32_t ahb1;
    uint32_t apb1;
    uint32_t apb2;
    stream streams[2][STREAMS];
    uint32_t flags[2][STREAMS];
    uint32_t cr1;
    uint32_t cr2;
    bool received;
    uint8_t receive_byte;
    bool sends;
    uint8_t send_byte;
    int64_t next_ns;
    uint32_t stick;
    bool stuck;
    uint32_t violations;
} chip = {.next_ns = NEVER};

/* --- SPI and its DMA --- */

static bool has_clock(void) {
    const uint32_t second = SPI - 0x40010000u;
    return SPI >= 0x40010000u ? (chip.apb2 >> second / 0x400u & 1u) != 0u
                              : (chip.apb1 >> (SPI - 0x40000000u) / 0x400u & 1u) != 0u;
}

static bool is_wired(void) {
    const uint32_t function = SPI == 0x40003C00u ? 6u : 5u;
    const uint32_t pins[3] = {ISO_BOARD_AFE_CLOCK_PIN, ISO_BOARD_AFE_INPUT_PIN,
                              ISO_BOARD_AFE_OUTPUT_PIN};
    for (size_t i = 0; i < 3u; i += 1u) {
        if (pins_mode(pins[i]) != 2u || pins_function(pins[i]) != function) {
            return false;
        }
    }
    /* Enabled master of mode 1, bytes, first bit first, select by software and high. */
    return (chip.cr1 & ~0x38u) == (1u | 1u << 2 | 1u << 6 | 3u << 8);
}

static int64_t byte_ns(void) {
    const int64_t bus_hz = SPI >= 0x40010000u ? 84000000 : 42000000;
    return 8000000000ll * (2ll << (chip.cr1 >> 3 & 7u)) / bus_hz;
}

/* NULL: no stream that runs is told of it. */
static stream *served_by(bool receive, uint32_t **flags) {
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i += 1u) {
        for (size_t j = 0; requests[i].spi == SPI && j < 2u; j += 1u) {
            const uint8_t number = receive ? requests[i].receive[j] : requests[i].transmit[j];
            const size_t dma = requests[i].dma == DMA1 ? 0u : 1u;
            stream *found = &chip.streams[dma][number];
            if ((found->control & 1u) != 0u && found->control >> 25 == requests[i].channel &&
                (found->control >> 6 & 3u) == (receive ? 0u : 1u) &&
                found->peripheral == SPI + 0x0Cu) {
                *flags = &chip.flags[dma][number];
                return found;
            }
        }
    }
    return NULL;
}

static uint8_t *move(stream *by, uint32_t *flags) {
    uint8_t *at = (uint8_t *)(uintptr_t)(by->memory + by->next);
    by->next += (by->control >> 10 & 1u) != 0u ? 1u : 0u;
    by->count -= 1u;
    if (by->count == 0u) {
        by->control &= ~1u;
        *flags |= 1u << 5;
    }
    return at;
}

static void send(uint8_t byte) {
    chip.violations += chip.sends || !has_clock() || !is_wired() ? 1u : 0u;
    chip.sends = true;
    chip.send_byte = byte;
    chip.next_ns = model_chip_now_ns() + byte_ns();
}

static void stick(bool in_its_middle) {
    if (!chip.stuck && chip.stick > 0u && in_its_middle) {
        chip.stuck = true;
        chip.stick -= 1u;
    }
}

static void ask_dma(void) {
    uint32_t *flags;
    if ((chip.cr2 & 1u) != 0u && chip.received) {
        stream *to = served_by(true, &flags);
        if (to != NULL) {
            chip.received = false;
            *move(to, flags) = chip.receive_byte;
        }
    }
    if ((chip.cr2 & 2u) != 0u && !chip.sends && (chip.cr1 & 1u << 6) != 0u) {
        stream *from = served_by(false, &flags);
        if (from != NULL) {
            stick(from->next > 0u);
            if (!chip.stuck) {
                send(*move(from, flags));
            }
        }
    }
}

int64_t model_chip_next_ns(void) {
    return chip.next_ns;
}

void model_chip_step(void) {
    chip.next_ns = NEVER;
    if (!chip.sends) {
        return;
    }
    chip.sends = false;
    chip.violations += chip.received ? 1u : 0u; /* overrun */
    chip.receive_byte = model_chip_byte(chip.send_byte);
    chip.received = true;
    ask_dma();
}

/* --- interrupts --- */

bool model_chip_interrupts(uint32_t irq) {
    if (pins_interrupt(irq)) {
        return true;
    }
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i += 1u) {
        for (size_t j = 0; requests[i].spi == SPI && j < 2u; j += 1u) {
            const size_t dma = requests[i].dma == DMA1 ? 0u : 1u;
            const uint8_t number = requests[i].receive[j];
            if (requests[i].irq[j] == irq && (chip.flags[dma][number] & 1u << 5) != 0u &&
                (chip.streams[dma][number].control & 1u << 4) != 0u) {
                return true;
            }
        }
    }
    return false;
}

void model_chip_stick(uint32_t exchanges) {
    chip.stick = exchanges;
}

uint32_t model_chip_violations(void) {
    return chip.violations;
}

/* --- registers --- */

static const uint8_t flag_shift[4] = {0u, 6u, 16u, 22u};

static uint32_t read_dma(size_t dma, uint32_t offset) {
    if (offset < 0x08u) {
        uint32_t status = 0u;
        for (uint32_t i = 0u; i < 4u; i += 1u) {
            status |= chip.flags[dma][offset + i] << flag_shift[i];
        }
        return status;
    }
    const stream *of = &chip.streams[dma][(offset - 0x10u) / 0x18u];
    switch ((offset - 0x10u) % 0x18u) {
    case 0x00u:
        return of->control;
    case 0x04u:
        return of->count;
    default:
        chip.violations += 1u;
        return 0u;
    }
}

static void write_stream(stream *to, uint32_t flags, uint32_t offset, uint32_t value) {
    const bool runs = (to->control & 1u) != 0u;
    chip.violations += runs && (offset != 0u || (value & 1u) != 0u) ? 1u : 0u;
    switch (offset) {
    case 0x00u:
        /* A flag that is set keeps it from starting. */
        to->control = flags == 0u ? value : value & ~1u;
        to->next = 0u;
        break;
    case 0x04u:
        to->count = value;
        break;
    case 0x08u:
        to->peripheral = value;
        break;
    case 0x0Cu:
        to->memory = value;
        break;
    default:
        chip.violations += 1u;
        break;
    }
}

static void write_dma(size_t dma, uint32_t offset, uint32_t value) {
    if ((chip.ahb1 >> (21u + dma) & 1u) == 0u) {
        return;
    }
    if (offset == 0x08u || offset == 0x0Cu) {
        for (uint32_t i = 0u; i < 4u; i += 1u) {
            chip.flags[dma][offset - 0x08u + i] &= ~(value >> flag_shift[i] & 0x3Du);
        }
        return;
    }
    const uint32_t number = (offset - 0x10u) / 0x18u;
    write_stream(&chip.streams[dma][number], chip.flags[dma][number], (offset - 0x10u) % 0x18u,
                 value);
}

static uint32_t read_spi(uint32_t offset) {
    switch (offset) {
    case 0x00u:
        return chip.cr1;
    case 0x04u:
        return chip.cr2;
    case 0x08u:
        return (chip.received ? 1u : 0u) | (chip.sends ? 1u << 7 : 1u << 1);
    default:
        chip.received = false;
        return chip.receive_byte;
    }
}

static void write_spi(uint32_t offset, uint32_t value) {
    if (!has_clock()) {
        return;
    }
    switch (offset) {
    case 0x00u:
        chip.cr1 = value;
        if ((value & 1u << 6) == 0u) {
            chip.sends = false;
            chip.stuck = false;
            chip.next_ns = NEVER;
        }
        break;
    case 0x04u:
        chip.cr2 = value;
        break;
    case 0x0Cu:
        stick(true);
        if (!chip.stuck) {
            send((uint8_t)value);
        }
        break;
    default:
        chip.violations += 1u;
        break;
    }
}

static bool within(uint32_t address, uint32_t base, uint32_t bytes) {
    return address >= base && address < base + bytes;
}

uint32_t model_register_read(uint32_t address) {
    if (within(address, DMA1, 0x400u) || within(address, DMA2, 0x400u)) {
        return read_dma(address >= DMA2 ? 1u : 0u, address & 0x3FFu);
    }
    if (within(address, SPI, 0x400u)) {
        return read_spi(address - SPI);
    }
    if (pins_has(address)) {
        return pins_read(address);
    }
    switch (address) {
    case RCC + 0x30u:
        return chip.ahb1;
    case RCC + 0x40u:
        return chip.apb1;
    case RCC + 0x44u:
        return chip.apb2;
    default:
        chip.violations += 1u;
        return 0u;
    }
}

void model_register_write(uint32_t address, uint32_t value) {
    if (pins_has(address)) {
        pins_write(address, value, chip.ahb1, chip.apb2);
    } else if (within(address, DMA1, 0x400u) || within(address, DMA2, 0x400u)) {
        write_dma(address >= DMA2 ? 1u : 0u, address & 0x3FFu, value);
    } else if (within(address, SPI, 0x400u)) {
        write_spi(address - SPI, value);
    } else if (address == RCC + 0x30u) {
        chip.ahb1 = value;
    } else if (address == RCC + 0x40u) {
        chip.apb1 = value;
    } else if (address == RCC + 0x44u) {
        chip.apb2 = value;
    } else {
        chip.violations += 1u;
    }
    ask_dma();
}

/* What the start-up leaves: 168 MHz. */
uint32_t stm32_bus_hz(uint32_t peripheral_base);

uint32_t stm32_bus_hz(uint32_t peripheral_base) {
    return peripheral_base >= 0x40010000u ? 84000000u : 42000000u;
}

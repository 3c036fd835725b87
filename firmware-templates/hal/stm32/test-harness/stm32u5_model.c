/* Power, reset and clock control of an STM32U575 (RM0456 10 and 11), its flash's wait states and
 * its instruction cache, as far as the start-up goes. Written from the manual's words and not from
 * the firmware's constants. */
#include "clock_model.h"
#include "iso_board.h"

#define CR 0x46020C00u
#define CFGR1 0x46020C1Cu
#define CFGR2 0x46020C20u
#define PLL1CFGR 0x46020C28u
#define PLL1DIVR 0x46020C34u
#define PLL1FRACR 0x46020C38u
#define AHB2ENR1 0x46020C8Cu
#define AHB3ENR 0x46020C94u
#define APB1ENR1 0x46020C9Cu
#define APB2ENR 0x46020CA4u
#define BDCR 0x46020CF0u
#define CSR 0x46020CF4u
#define VOSR 0x4602080Cu
#define DBPR 0x46020828u
#define ACR 0x40022000u
#define ICACHE_SR 0x40030404u

/* Reads of the register that it takes the crystal to start, more than one wait. */
#define CRYSTAL_READS 500000u

static uint32_t crystal_reads;
static bool fraction_taken;

uint32_t model_reset_value(uint32_t address) {
    switch (address) {
    case CR:
        return 0x35u;
    case PLL1DIVR:
        return 0x01010280u;
    case BDCR:
        return chip_model_suffers("warm-start") ? 0x93u : 0u;
    default:
        return 0u;
    }
}

static bool lse_runs(void) {
    return chip_model_bit(BDCR, 0u) && !chip_model_suffers("no-crystal") &&
           (chip_model_suffers("warm-start") || crystal_reads > CRYSTAL_READS);
}

static bool pll_runs(void) {
    return chip_model_bit(CR, 24u) && chip_model_field(PLL1CFGR, 0u, 2u) == 1u &&
           !chip_model_suffers("no-pll");
}

static bool at_range_1(void) {
    return chip_model_field(VOSR, 16u, 2u) == 3u && !chip_model_suffers("no-supply");
}

static bool boosted(void) {
    return chip_model_bit(VOSR, 18u) && chip_model_field(PLL1CFGR, 0u, 2u) == 1u &&
           !chip_model_suffers("no-booster");
}

/* Trimmed it is 122 times the crystal. */
static double msis_hz(void) {
    return chip_model_bit(CR, 3u) && chip_model_bit(CR, 6u) ? 122.0 * 32768.0 : 4e6;
}

static double vco_hz(void) {
    const double fraction = fraction_taken ? chip_model_field(PLL1FRACR, 3u, 13u) / 8192.0 : 0.0;
    return msis_hz() / (chip_model_field(PLL1CFGR, 8u, 4u) + 1u) *
           (chip_model_field(PLL1DIVR, 0u, 9u) + 1u + fraction);
}

static uint32_t system_clock(void) {
    const uint32_t wanted = chip_model_field(CFGR1, 0u, 2u);
    const bool hsi = chip_model_bit(CR, 8u) && !chip_model_suffers("no-hsi");
    return (wanted == 3u && pll_runs()) || (wanted == 1u && hsi) ? wanted : 0u;
}

uint32_t model_read(uint32_t address, uint32_t stored) {
    switch (address) {
    case CR:
        return stored | 1u << 2 |
               (chip_model_bit(CR, 8u) && !chip_model_suffers("no-hsi") ? 1u << 10 : 0u) |
               (pll_runs() ? 1u << 25 : 0u);
    case CFGR1:
        return (stored & ~0xCu) | system_clock() << 2;
    case VOSR:
        return (stored & ~0xC000u) | (at_range_1() ? 1u << 15 : 0u) | (boosted() ? 1u << 14 : 0u);
    case BDCR:
        crystal_reads += chip_model_bit(BDCR, 0u) ? 1u : 0u;
        return (stored & ~0x802u) |
               (lse_runs() ? 1u << 1 | (chip_model_bit(BDCR, 7u) ? 1u << 11 : 0u) : 0u);
    default:
        return stored;
    }
}

static void check_pll(void) {
    const double input = msis_hz() / (chip_model_field(PLL1CFGR, 8u, 4u) + 1u);
    const bool upper = chip_model_field(PLL1CFGR, 2u, 2u) == 3u;
    /* A trimmed oscillator is a little below 4 MHz, and its maker feeds the PLL with it. */
    if (input < (upper ? 8e6 : 3.99e6) || input > (upper ? 16e6 : 8e6) || vco_hz() < 128e6 ||
        vco_hz() > 544e6) {
        chip_model_object("the PLL is set outside of its ranges");
    }
    if (!chip_model_bit(PLL1CFGR, 18u)) {
        chip_model_object("the PLL's output R is off");
    }
}

static void check_switch(void) {
    const double core = vco_hz() / (chip_model_field(PLL1DIVR, 24u, 7u) + 1u);
    if (!pll_runs()) {
        chip_model_object("switched to a PLL that does not run");
    }
    if (core > 160.1e6 || !at_range_1() || (core > 55e6 && !boosted())) {
        chip_model_object("the core's voltage is too low for the clock");
    }
    if ((chip_model_field(ACR, 0u, 4u) + 1u) * 32.1e6 < core) {
        chip_model_object("flash is too slow for the clock");
    }
}

static void check_peripheral(uint32_t address) {
    const uint32_t base = address & ~0x3FFu;
    if (base == 0x46020800u && !chip_model_bit(AHB3ENR, 2u)) {
        chip_model_object("PWR has no clock");
    }
    if (base == 0x40000000u && !chip_model_bit(APB1ENR1, 0u)) {
        chip_model_object("TIM2 has no clock");
    }
    if (base == 0x40013800u && !chip_model_bit(APB2ENR, 14u)) {
        chip_model_object("USART1 has no clock");
    }
    if (base == 0x42020000u && !chip_model_bit(AHB2ENR1, 0u)) {
        chip_model_object("port A has no clock");
    }
}

static uint32_t write_cr(uint32_t before, uint32_t value) {
    if (((before ^ value) & 1u << 6) != 0u && (before & 1u << 3) != 0u) {
        chip_model_object("what is trimmed is changed while it is trimmed");
    }
    if ((value & ~before & 1u << 24) != 0u) {
        check_pll();
    }
    /* Hardware does not trim by a crystal that is not ready. */
    return lse_runs() ? value : value & ~(1u << 3);
}

uint32_t model_write(uint32_t address, uint32_t before, uint32_t value) {
    chip_model_store(address, value);
    check_peripheral(address);
    if ((address == PLL1CFGR || address == PLL1DIVR) && chip_model_bit(CR, 24u)) {
        chip_model_object("the PLL is set while it is on");
    }
    switch (address) {
    case CR:
        return write_cr(before, value);
    case PLL1CFGR:
        fraction_taken = fraction_taken || (value & ~before & 1u << 4) != 0u;
        return value;
    case CFGR1:
        if ((value & 3u) == 3u) {
            check_switch();
        }
        return value;
    case BDCR:
        if (!chip_model_bit(DBPR, 0u)) {
            chip_model_object("the backup domain is closed");
            return before;
        }
        if (((before ^ value) & 3u << 3) != 0u && (before & 1u) != 0u) {
            chip_model_object("the crystal's drive is changed while it is on");
        }
        return value;
    case CSR:
        return (value & 1u << 23) != 0u ? 0u : before;
    default:
        return value;
    }
}

model_clocks model_clocks_now(void) {
    const uint32_t clock = system_clock();
    const double core = clock == 3u   ? vco_hz() / (chip_model_field(PLL1DIVR, 24u, 7u) + 1u)
                        : clock == 1u ? 16e6
                                      : msis_hz();
    return (model_clocks){.core_hz = core, .apb1_hz = core, .apb2_hz = core, .timer_hz = core};
}

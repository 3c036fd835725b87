/* Power, reset and clock control of an STM32H743 (RM0433 6 and 8) and its flash's wait states, as
 * far as the start-up goes. Written from the manual's words and not from the firmware's constants.
 */
#include "clock_model.h"
#include "iso_board.h"

#define CR 0x58024400u
#define CFGR 0x58024410u
#define D1CFGR 0x58024418u
#define D2CFGR 0x5802441Cu
#define PLLCKSELR 0x58024428u
#define PLLCFGR 0x5802442Cu
#define PLL1DIVR 0x58024430u
#define RSR 0x580244D0u
#define AHB4ENR 0x580244E0u
#define APB1LENR 0x580244E8u
#define CSR1 0x58024804u
#define CR3 0x5802480Cu
#define D3CR 0x58024818u
#define ACR 0x52002000u
#define IDC 0x5C001000u
#define TARG7_FN_MOD 0x51008108u

static bool supply_set;

uint32_t model_reset_value(uint32_t address) {
    switch (address) {
    case CR:
        return 0x1u;
    case PLLCKSELR:
        return 0x02020200u;
    case PLLCFGR:
        return 0x01FF0000u;
    case PLL1DIVR:
        return 0x01010280u;
    case CR3:
        return 0x6u;
    case D3CR:
        return 0x4000u;
    case ACR:
        return 0x37u;
    case IDC:
        return chip_model_suffers("revision-y") ? 0x10036450u : 0x20036450u;
    default:
        return 0u;
    }
}

static bool hse_runs(void) {
    return chip_model_bit(CR, 16u) && !chip_model_suffers("no-crystal");
}

static bool pll_runs(void) {
    const uint32_t source = chip_model_field(PLLCKSELR, 0u, 2u);
    return chip_model_bit(CR, 24u) && !chip_model_suffers("no-pll") &&
           (source == 0u || (source == 2u && hse_runs()));
}

static double pll_input_hz(void) {
    const uint32_t m = chip_model_field(PLLCKSELR, 4u, 6u);
    const double source =
        chip_model_field(PLLCKSELR, 0u, 2u) == 2u ? (double)ISO_BOARD_CRYSTAL_HZ : 64e6;
    return m == 0u ? 0.0 : source / m;
}

static double vco_hz(void) {
    return pll_input_hz() * (chip_model_field(PLL1DIVR, 0u, 9u) + 1u);
}

static bool supplied(void) {
    return supply_set && !chip_model_suffers("no-supply");
}

static bool at_scale_1(void) {
    return supplied() && chip_model_field(D3CR, 14u, 2u) == 3u && !chip_model_suffers("no-scale");
}

/* Codes of the AHB divider. */
static double ahb_divided(double hz, uint32_t code) {
    static const double by[] = {2, 4, 8, 16, 64, 128, 256, 512};
    return code < 8u ? hz : hz / by[code - 8u];
}

static bool on_pll(void) {
    return chip_model_field(CFGR, 0u, 3u) == 3u && pll_runs() && !chip_model_suffers("no-switch");
}

uint32_t model_read(uint32_t address, uint32_t stored) {
    switch (address) {
    case CR:
        return stored | 1u << 2 | (hse_runs() ? 1u << 17 : 0u) | (pll_runs() ? 1u << 25 : 0u);
    case CFGR:
        return (stored & ~0x38u) | (on_pll() ? 3u << 3 : 0u);
    case CSR1:
        return supplied() ? 1u << 13 : 0u;
    case D3CR:
        return stored | (at_scale_1() ? 1u << 13 : 0u);
    default:
        return stored;
    }
}

static void check_pll(void) {
    static const double most_hz[] = {2e6, 4e6, 8e6, 16e6};
    const double input = pll_input_hz();
    const double most = most_hz[chip_model_field(PLLCFGR, 2u, 2u)];
    const bool wide = !chip_model_bit(PLLCFGR, 1u);
    if (input > most || input < most / 2.0 || (wide && input < 2e6) ||
        vco_hz() < (wide ? 192e6 : 150e6) || vco_hz() > (wide ? 836e6 : 420e6) ||
        chip_model_field(PLL1DIVR, 9u, 7u) == 0u) {
        chip_model_object("the PLL is set outside of its ranges");
    }
    if (!chip_model_bit(PLLCFGR, 16u)) {
        chip_model_object("the PLL's output P is off");
    }
    if (chip_model_field(PLLCKSELR, 0u, 2u) == 2u && !hse_runs()) {
        chip_model_object("the PLL is fed by an oscillator that does not run");
    }
}

/* RM0433 table 17, at scale 1. */
static void check_flash(double axi_hz) {
    static const struct {
        double most_hz;
        uint32_t wait_states;
        uint32_t delay;
    } rows[] = {{70e6, 0, 0}, {140e6, 1, 1}, {185e6, 2, 1}, {210e6, 2, 2}, {225e6, 3, 2}};
    uint32_t row = 0;
    while (row < 4u && axi_hz > rows[row].most_hz) {
        row += 1u;
    }
    if (chip_model_field(ACR, 0u, 4u) < rows[row].wait_states ||
        chip_model_field(ACR, 4u, 2u) < rows[row].delay) {
        chip_model_object("flash is too slow for the clock");
    }
}

static void check_switch(void) {
    const double core = vco_hz() / (chip_model_field(PLL1DIVR, 9u, 7u) + 1u);
    const double ahb = ahb_divided(core, chip_model_field(D1CFGR, 0u, 4u));
    if (!pll_runs()) {
        chip_model_object("switched to a PLL that does not run");
    }
    if (!at_scale_1()) {
        chip_model_object("the core's voltage is too low for the clock");
    }
    if (core > 400e6 || ahb > 200e6 ||
        model_apb_hz(ahb, chip_model_field(D1CFGR, 4u, 3u)) > 100e6 ||
        model_apb_hz(ahb, chip_model_field(D2CFGR, 4u, 3u)) > 100e6 ||
        model_apb_hz(ahb, chip_model_field(D2CFGR, 8u, 3u)) > 100e6 ||
        model_apb_hz(ahb, chip_model_field(D2CFGR + 4u, 4u, 3u)) > 100e6) {
        chip_model_object("a bus is too fast");
    }
    check_flash(ahb);
}

static void check_peripheral(uint32_t address) {
    const uint32_t base = address & ~0x3FFu;
    if (base == 0x40000000u && !chip_model_bit(APB1LENR, 0u)) {
        chip_model_object("TIM2 has no clock");
    }
    if (base == 0x40004800u && !chip_model_bit(APB1LENR, 18u)) {
        chip_model_object("USART3 has no clock");
    }
    if (base == 0x58020C00u && !chip_model_bit(AHB4ENR, 3u)) {
        chip_model_object("port D has no clock");
    }
}

uint32_t model_write(uint32_t address, uint32_t before, uint32_t value) {
    chip_model_store(address, value);
    check_peripheral(address);
    if ((address == PLLCKSELR || address == PLLCFGR || address == PLL1DIVR) &&
        chip_model_bit(CR, 24u)) {
        chip_model_object("the PLL is set while it is on");
    }
    switch (address) {
    case CR:
        if (((before ^ value) & 1u << 18) != 0u && (before & value & 1u << 16) != 0u) {
            chip_model_object("the bypass is changed while the oscillator is on");
        }
        if ((value & ~before & 1u << 24) != 0u) {
            check_pll();
        }
        return value;
    case CR3:
        /* Its lower byte is taken once, and no more than one supply in it. */
        if ((value & 7u) != 2u) {
            chip_model_object("the core's supply is set wrong");
        }
        supply_set = true;
        return value;
    case D3CR:
        if (!supplied()) {
            chip_model_object("the scale is changed before the supply is set");
        }
        return value;
    case CFGR:
        if ((value & 7u) == 3u) {
            check_switch();
        }
        return value;
    case RSR:
        return (value & 1u << 16) != 0u ? 0u : before;
    default:
        return value;
    }
}

model_clocks model_clocks_now(void) {
    const double core = on_pll() ? vco_hz() / (chip_model_field(PLL1DIVR, 9u, 7u) + 1u) : 64e6;
    const double ahb = ahb_divided(core, chip_model_field(D1CFGR, 0u, 4u));
    const double apb1 = model_apb_hz(ahb, chip_model_field(D2CFGR, 4u, 3u));
    if (chip_model_suffers("revision-y") && chip_model_stored(TARG7_FN_MOD) != 1u) {
        chip_model_object("AXI SRAM of this revision gives wrong data");
    }
    return (model_clocks){.core_hz = core,
                          .apb1_hz = apb1,
                          .apb2_hz = model_apb_hz(ahb, chip_model_field(D2CFGR, 8u, 3u)),
                          .timer_hz = apb1 * 2.0 < ahb ? apb1 * 2.0 : ahb};
}

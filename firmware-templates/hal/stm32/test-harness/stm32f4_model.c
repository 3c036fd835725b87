/* Reset and clock control of an STM32F405/407/446 (RM0090 7, RM0390 6), as far as the start-up
 * goes. Written from the manual's words and not from the firmware's constants. */
#include "clock_model.h"
#include "iso_board.h"

#define CR 0x40023800u
#define PLLCFGR 0x40023804u
#define CFGR 0x40023808u
#define AHB1ENR 0x40023830u
#define APB1ENR 0x40023840u
#define APB2ENR 0x40023844u
#define CSR 0x40023874u
#define ACR 0x40023C00u

uint32_t model_reset_value(uint32_t address) {
    return address == CR ? 0x83u : address == PLLCFGR ? 0x24003010u : 0u;
}

static bool hse_runs(void) {
    return chip_model_bit(CR, 16u) && !chip_model_suffers("no-crystal");
}

static bool pll_runs(void) {
    return chip_model_bit(CR, 24u) && !chip_model_suffers("no-pll") &&
           (!chip_model_bit(PLLCFGR, 22u) || hse_runs());
}

static double pll_input_hz(void) {
    const uint32_t m = chip_model_field(PLLCFGR, 0u, 6u);
    return (chip_model_bit(PLLCFGR, 22u) ? (double)ISO_BOARD_CRYSTAL_HZ : 16e6) /
           (m == 0u ? 1u : m);
}

static double pll_hz(void) {
    return pll_input_hz() * chip_model_field(PLLCFGR, 6u, 9u) /
           ((chip_model_field(PLLCFGR, 16u, 2u) + 1u) * 2u);
}

uint32_t model_read(uint32_t address, uint32_t stored) {
    if (address == CR) {
        const uint32_t oscillators = 1u << 1 | (hse_runs() ? 1u << 17 : 0u);
        return (stored & ~(1u << 25)) | oscillators | (pll_runs() ? 1u << 25 : 0u);
    }
    if (address == CFGR) {
        const uint32_t wanted = stored & 3u;
        return (stored & ~0xCu) | ((wanted == 2u && pll_runs() ? 2u : 0u) << 2);
    }
    return stored;
}

static void check_pll(void) {
    const double vco = pll_input_hz() * chip_model_field(PLLCFGR, 6u, 9u);
    if (pll_input_hz() < 0.95e6 || pll_input_hz() > 2.1e6 || vco < 100e6 || vco > 432e6) {
        chip_model_object("the PLL is set outside of its ranges");
    }
    if (chip_model_field(PLLCFGR, 28u, 3u) < 2u) {
        chip_model_object("PLLR has a wrong value");
    }
    if (chip_model_bit(PLLCFGR, 22u) && !hse_runs()) {
        chip_model_object("the PLL is fed by an oscillator that does not run");
    }
}

static void check_switch(void) {
    const model_clocks clocks = model_clocks_now();
    if (!pll_runs()) {
        chip_model_object("switched to a PLL that does not run");
    } else if (clocks.core_hz > 168e6 || clocks.apb1_hz > 42e6 || clocks.apb2_hz > 84e6) {
        chip_model_object("a bus is too fast");
    } else if ((chip_model_field(ACR, 0u, 4u) + 1u) * 30e6 < clocks.core_hz) {
        chip_model_object("flash is too slow for the clock");
    }
}

uint32_t model_write(uint32_t address, uint32_t before, uint32_t value) {
    chip_model_store(address, value);
    if (address == CR && ((before ^ value) & 1u << 18) != 0u && (before & 1u << 16) != 0u &&
        (value & 1u << 16) != 0u) {
        chip_model_object("the bypass is changed while the oscillator is on");
    }
    if (address == PLLCFGR && chip_model_bit(CR, 24u)) {
        chip_model_object("the PLL is set while it is on");
    }
    if (address == CR && (value & ~before & 1u << 24) != 0u) {
        check_pll();
    }
    if (address == CFGR && (value & 3u) == 2u) {
        check_switch();
    }
    if (address == CSR && (value & 1u << 24) != 0u) {
        return 0u;
    }
    if ((address & ~0x3FFu) == 0x40000000u && !chip_model_bit(APB1ENR, 0u)) {
        chip_model_object("TIM2 has no clock");
    }
    if ((address & ~0x3FFu) == 0x40004400u && !chip_model_bit(APB1ENR, 17u)) {
        chip_model_object("USART2 has no clock");
    }
    if ((address & ~0x3FFu) == 0x40020000u && !chip_model_bit(AHB1ENR, 0u)) {
        chip_model_object("port A has no clock");
    }
    return value;
}

model_clocks model_clocks_now(void) {
    const double core = (chip_model_stored(CFGR) & 3u) == 2u && pll_runs() ? pll_hz() : 16e6;
    const double apb1 = model_apb_hz(core, chip_model_field(CFGR, 10u, 3u));
    return (model_clocks){.core_hz = core,
                          .apb1_hz = apb1,
                          .apb2_hz = model_apb_hz(core, chip_model_field(CFGR, 13u, 3u)),
                          .timer_hz = apb1 < core ? apb1 * 2.0 : apb1};
}

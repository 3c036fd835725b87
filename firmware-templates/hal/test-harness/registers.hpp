/*
 * Put before a driver that is compiled as C++ for this machine: each access to a register of the
 * chip becomes a call of a model of it. The driver's text is the one that the firmware has.
 */
#pragma once
#include <cstddef>
#include <cstdint>

#define _Static_assert static_assert

extern "C" {
#include "model_registers.h"
}

struct ModelRegister {
    uint32_t address;

    operator uint32_t() const {
        return model_register_read(address);
    }
    const ModelRegister &operator=(uint32_t value) const {
        model_register_write(address, value);
        return *this;
    }
    const ModelRegister &operator|=(uint32_t bits) const {
        return *this = *this | bits;
    }
    const ModelRegister &operator&=(uint32_t bits) const {
        return *this = *this & bits;
    }
};

#define NRF52_REGISTER(where) (ModelRegister{(uint32_t)(where)})
#define STM32_REGISTER(where) (ModelRegister{(uint32_t)(where)})

/* What the drivers define has the linkage of C. */
extern "C" {
#include "cortex_m.h"
#include "iso_hal.h"
#include "iso_hal_spi.h"
#if __has_include("nrf52_spi.h")
#include "nrf52_spi.h"
#endif
#if __has_include("stm32_spi.h")
#include "stm32.h"
#include "stm32_spi.h"
#endif
}

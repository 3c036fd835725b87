#ifndef ISO_HAL_CMSDK_H
#define ISO_HAL_CMSDK_H

#include <stdint.h>

#include "iso_board.h"

/*
 * Registers of Arm's Cortex-M System Design Kit peripherals (DDI 0479D, chapter 4: timer, UART,
 * watchdog). Addresses and interrupt numbers come from the board file, through the generated
 * iso_board.h.
 */

#define CMSDK_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* UART, offsets from its base. */
#define CMSDK_UART_DATA 0x00u
#define CMSDK_UART_STATE 0x04u
#define CMSDK_UART_CTRL 0x08u
#define CMSDK_UART_INTCLEAR 0x0Cu
#define CMSDK_UART_BAUDDIV 0x10u
#define CMSDK_UART_STATE_TX_FULL (1u << 0)
#define CMSDK_UART_STATE_RX_FULL (1u << 1)
#define CMSDK_UART_STATE_RX_OVERRUN (1u << 3)
#define CMSDK_UART_CTRL_TX_ENABLE (1u << 0)
#define CMSDK_UART_CTRL_RX_ENABLE (1u << 1)
#define CMSDK_UART_CTRL_TX_INTERRUPT (1u << 2)
#define CMSDK_UART_CTRL_RX_INTERRUPT (1u << 3)
#define CMSDK_UART_INT_TX (1u << 0)
#define CMSDK_UART_INT_RX (1u << 1)

/* Timer, offsets from its base. */
#define CMSDK_TIMER_CTRL 0x00u
#define CMSDK_TIMER_VALUE 0x04u
#define CMSDK_TIMER_RELOAD 0x08u
#define CMSDK_TIMER_CTRL_ENABLE (1u << 0)

/* Watchdog, offsets from its base. */
#define CMSDK_WATCHDOG_LOAD 0x000u
#define CMSDK_WATCHDOG_CONTROL 0x008u
#define CMSDK_WATCHDOG_INTERRUPT_CLEAR 0x00Cu
#define CMSDK_WATCHDOG_LOCK 0xC00u
#define CMSDK_WATCHDOG_CONTROL_INTERRUPT (1u << 0)
#define CMSDK_WATCHDOG_CONTROL_RESET (1u << 1)
#define CMSDK_WATCHDOG_UNLOCK 0x1ACCE551u

#endif

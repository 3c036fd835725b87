#ifndef ISO_HAL_CMSDK_H
#define ISO_HAL_CMSDK_H

#include <stdbool.h>
#include <stdint.h>

#include "iso_board.h"

/*
 * Registers of Arm's Cortex-M System Design Kit peripherals (DDI 0479D, sections 4.2 timer and 4.3
 * UART) and of the processor itself (Armv7-M architecture reference, B3). Addresses and interrupt
 * numbers come from the board file, through the generated iso_board.h.
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

/* Processor. */
#define CORTEX_SYSTICK_CTRL CMSDK_REGISTER(0xE000E010u)
#define CORTEX_SYSTICK_RELOAD CMSDK_REGISTER(0xE000E014u)
#define CORTEX_SYSTICK_VALUE CMSDK_REGISTER(0xE000E018u)
#define CORTEX_NVIC_ENABLE(irq) CMSDK_REGISTER(0xE000E100u + 4u * ((irq) / 32u))
#define CORTEX_ICSR CMSDK_REGISTER(0xE000ED04u)
#define CORTEX_AIRCR CMSDK_REGISTER(0xE000ED0Cu)
#define CORTEX_CPUID CMSDK_REGISTER(0xE000ED00u)
#define CORTEX_SHCSR CMSDK_REGISTER(0xE000ED24u)
#define CORTEX_CFSR CMSDK_REGISTER(0xE000ED28u)
#define CORTEX_MMFAR CMSDK_REGISTER(0xE000ED34u)
#define CORTEX_BFAR CMSDK_REGISTER(0xE000ED38u)
#define CORTEX_CPACR CMSDK_REGISTER(0xE000ED88u)

void iso_cmsdk_uart_init(void);
void iso_cmsdk_clock_init(void);
void iso_cmsdk_reset_init(void);
void iso_cmsdk_paint_stack(void);
void iso_cmsdk_guard_stack(void);
/* Whether a port has received what the application has not read. */
bool iso_cmsdk_bytes_wait(void);

/* Interrupt handlers, named in the vector table. */
void iso_cmsdk_link_interrupt(void);
void iso_cmsdk_inject_interrupt(void);
void iso_cmsdk_systick_interrupt(void);
void iso_cmsdk_fault(void);

#endif

#include "iso_board.h"

#if ISO_BOARD_HAS_AFE

#include "cortex_m.h"
#include "iso_hal_spi.h"
#include "stm32.h"
#include "stm32_spi.h"

/*
 * Falling edges of the data-ready pin, by the external interrupt of its line (EXTI: RM0090 12.3,
 * RM0390 10.3); which port the line looks at is SYSCFG's (RM0090 9.2.3-6, RM0390 8.2.3-6).
 */
#define EXTI_BASE 0x40013C00u
#define EXTI_IMR STM32_REGISTER(EXTI_BASE + 0x00u)
#define EXTI_FTSR STM32_REGISTER(EXTI_BASE + 0x0Cu)
#define EXTI_PR STM32_REGISTER(EXTI_BASE + 0x14u) /* cleared by writing 1 */
#define SYSCFG_BASE 0x40013800u
#define SYSCFG_EXTICR STM32_REGISTER(SYSCFG_BASE + 0x08u + STM32_DATA_READY_LINE / 4u * 4u)
#define EXTICR_SHIFT (STM32_DATA_READY_LINE % 4u * 4u)
#define LINE (1u << STM32_DATA_READY_LINE)

void stm32_data_ready_init(void) {
    /* Held up: without a converter there are no edges. */
    stm32_pin_configure(ISO_BOARD_AFE_DATA_READY_PIN, STM32_PIN_INPUT, STM32_PULL_UP, 0u);
    stm32_clock_peripheral(SYSCFG_BASE);
    SYSCFG_EXTICR = (SYSCFG_EXTICR & ~(15u << EXTICR_SHIFT)) | ISO_BOARD_AFE_DATA_READY_PIN / 16u
                                                                   << EXTICR_SHIFT;
    EXTI_IMR &= ~LINE;
    EXTI_FTSR |= LINE;
    iso_cortex_set_priority(STM32_DATA_READY_IRQ, CORTEX_PRIORITY_LATER);
    iso_cortex_enable_interrupt(STM32_DATA_READY_IRQ);
}

void iso_hal_afe_listen(bool listen) {
    if (listen) {
        EXTI_PR = LINE; /* of an edge that nobody waited for */
        EXTI_IMR |= LINE;
    } else {
        EXTI_IMR &= ~LINE;
    }
}

void stm32_data_ready_interrupt(void) {
    if ((EXTI_PR & LINE) != 0u) {
        EXTI_PR = LINE;
        iso_afe_data_ready();
    }
}

#endif

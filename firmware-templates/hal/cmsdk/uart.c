#include "cmsdk.h"
#include "iso_hal.h"
#include "iso_ring.h"

/*
 * Both ports, interrupt-driven both ways. The UART holds one byte each way, so the interrupt loops
 * while the hardware has or takes more: on a fast line that saves an exception for each byte.
 *
 * When the receive ring is full the byte stays in the UART and its interrupt is silenced until the
 * application has read: an emulator (or a line with flow control) then holds back, and nothing is
 * lost. On a line without flow control the UART's own overrun flag counts what was.
 */

/* Two seconds of injected record at 500 Hz take 17 KB; the ring must hold what comes while the
 * network runs: 0.25 s at twice real time. */
#define INJECT_RECEIVE_BYTES 8192u
#define INJECT_TRANSMIT_BYTES 64u
#define LINK_RECEIVE_BYTES 1024u
/* A whole result with its explanation is 4 KB, samples go on meanwhile. */
#define LINK_TRANSMIT_BYTES 8192u

/* Only for wires without flow control; an emulator ignores it. Divider at least 16 (DDI 0479D). */
#define BAUD_DIVIDER(baud)                                                                         \
    (ISO_BOARD_PERIPHERAL_CLOCK_HZ / (baud) < 16u ? 16u : ISO_BOARD_PERIPHERAL_CLOCK_HZ / (baud))

typedef struct {
    uint32_t base;
    iso_ring receive;
    iso_ring transmit;
    uint32_t overruns;
} uart_port;

static uint8_t link_receive[LINK_RECEIVE_BYTES];
static uint8_t link_transmit[LINK_TRANSMIT_BYTES];
static uint8_t inject_receive[INJECT_RECEIVE_BYTES];
static uint8_t inject_transmit[INJECT_TRANSMIT_BYTES];

static uart_port ports[ISO_HAL_PORT_COUNT] = {
    [ISO_HAL_PORT_LINK] = {.base = ISO_BOARD_LINK_BASE,
                           .receive = {.bytes = link_receive, .size = LINK_RECEIVE_BYTES},
                           .transmit = {.bytes = link_transmit, .size = LINK_TRANSMIT_BYTES}},
    [ISO_HAL_PORT_INJECT] = {.base = ISO_BOARD_INJECT_BASE,
                             .receive = {.bytes = inject_receive, .size = INJECT_RECEIVE_BYTES},
                             .transmit = {.bytes = inject_transmit, .size = INJECT_TRANSMIT_BYTES}},
};

/* Guards a read-change-write of CTRL against the interrupt of the same port. */
static uint32_t lock(void) {
    uint32_t mask;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(mask)::"memory");
    return mask;
}

static void unlock(uint32_t mask) {
    __asm volatile("msr primask, %0" ::"r"(mask) : "memory");
}

static void change_control(const uart_port *port, uint32_t set, uint32_t clear) {
    const uint32_t address = port->base + CMSDK_UART_CTRL;
    CMSDK_REGISTER(address) = (CMSDK_REGISTER(address) | set) & ~clear;
}

static void receive_waiting(uart_port *port) {
    CMSDK_REGISTER(port->base + CMSDK_UART_INTCLEAR) = CMSDK_UART_INT_RX;
    for (;;) {
        const uint32_t state = CMSDK_REGISTER(port->base + CMSDK_UART_STATE);
        if ((state & CMSDK_UART_STATE_RX_OVERRUN) != 0u) {
            port->overruns += 1u;
            CMSDK_REGISTER(port->base + CMSDK_UART_STATE) = CMSDK_UART_STATE_RX_OVERRUN;
        }
        if ((state & CMSDK_UART_STATE_RX_FULL) == 0u) {
            return;
        }
        if (iso_ring_room(&port->receive) == 0u) {
            change_control(port, 0u, CMSDK_UART_CTRL_RX_INTERRUPT);
            return;
        }
        const uint8_t byte = (uint8_t)CMSDK_REGISTER(port->base + CMSDK_UART_DATA);
        (void)iso_ring_put(&port->receive, byte);
    }
}

static void transmit_waiting(uart_port *port) {
    CMSDK_REGISTER(port->base + CMSDK_UART_INTCLEAR) = CMSDK_UART_INT_TX;
    uint8_t byte;
    while ((CMSDK_REGISTER(port->base + CMSDK_UART_STATE) & CMSDK_UART_STATE_TX_FULL) == 0u) {
        if (!iso_ring_take(&port->transmit, &byte)) {
            return;
        }
        CMSDK_REGISTER(port->base + CMSDK_UART_DATA) = byte;
    }
}

static void service(uart_port *port) {
    receive_waiting(port);
    transmit_waiting(port);
}

void iso_cmsdk_link_interrupt(void) {
    service(&ports[ISO_HAL_PORT_LINK]);
}

void iso_cmsdk_inject_interrupt(void) {
    service(&ports[ISO_HAL_PORT_INJECT]);
}

void iso_cmsdk_uart_init(void) {
    static const uint32_t bauds[ISO_HAL_PORT_COUNT] = {ISO_BOARD_LINK_BAUD, ISO_BOARD_INJECT_BAUD};
    for (unsigned i = 0; i < ISO_HAL_PORT_COUNT; i += 1u) {
        CMSDK_REGISTER(ports[i].base + CMSDK_UART_BAUDDIV) = BAUD_DIVIDER(bauds[i]);
        CMSDK_REGISTER(ports[i].base + CMSDK_UART_CTRL) =
            CMSDK_UART_CTRL_TX_ENABLE | CMSDK_UART_CTRL_RX_ENABLE | CMSDK_UART_CTRL_TX_INTERRUPT |
            CMSDK_UART_CTRL_RX_INTERRUPT;
    }
    CORTEX_NVIC_ENABLE(ISO_BOARD_LINK_RECEIVE_IRQ) = 1u << (ISO_BOARD_LINK_RECEIVE_IRQ % 32u);
    CORTEX_NVIC_ENABLE(ISO_BOARD_LINK_TRANSMIT_IRQ) = 1u << (ISO_BOARD_LINK_TRANSMIT_IRQ % 32u);
    CORTEX_NVIC_ENABLE(ISO_BOARD_INJECT_RECEIVE_IRQ) = 1u << (ISO_BOARD_INJECT_RECEIVE_IRQ % 32u);
    CORTEX_NVIC_ENABLE(ISO_BOARD_INJECT_TRANSMIT_IRQ) = 1u << (ISO_BOARD_INJECT_TRANSMIT_IRQ % 32u);
}

size_t iso_hal_read(iso_hal_port which, uint8_t *bytes, size_t capacity) {
    uart_port *port = &ports[which];
    size_t count = 0;
    while (count < capacity && iso_ring_take(&port->receive, &bytes[count])) {
        count += 1u;
    }
    if (count > 0u) {
        /* There is room again; a byte that waited in the UART is fetched at once. */
        const uint32_t mask = lock();
        change_control(port, CMSDK_UART_CTRL_RX_INTERRUPT, 0u);
        receive_waiting(port);
        unlock(mask);
    }
    return count;
}

size_t iso_hal_receive_room(iso_hal_port which) {
    return iso_ring_room(&ports[which].receive);
}

bool iso_hal_write(iso_hal_port which, const uint8_t *bytes, size_t count) {
    uart_port *port = &ports[which];
    if (iso_ring_room(&port->transmit) < count) {
        return false;
    }
    for (size_t i = 0; i < count; i += 1u) {
        (void)iso_ring_put(&port->transmit, bytes[i]);
    }
    const uint32_t mask = lock();
    transmit_waiting(port);
    unlock(mask);
    return true;
}

size_t iso_hal_transmit_waiting(iso_hal_port which) {
    return iso_ring_waiting(&ports[which].transmit);
}

bool iso_cmsdk_bytes_wait(void) {
    return iso_ring_waiting(&ports[ISO_HAL_PORT_LINK].receive) > 0u ||
           iso_ring_waiting(&ports[ISO_HAL_PORT_INJECT].receive) > 0u;
}

void iso_hal_port_read_counters(iso_hal_port which, iso_hal_port_counters *out) {
    out->receive_overruns = ports[which].overruns;
    out->receive_high_water = ports[which].receive.high_water;
    out->transmit_high_water = ports[which].transmit.high_water;
}

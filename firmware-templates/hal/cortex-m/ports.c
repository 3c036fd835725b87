#include "cortex_m.h"
#include "iso_chip.h"
#include "iso_chip_uart.h"
#include "iso_ports.h"

/*
 * Both ports, interrupt-driven both ways. A UART holds few bytes, so the interrupt loops while the
 * hardware has or takes more: on a fast line that saves an exception for each byte.
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

typedef struct {
    uint32_t base;
    iso_port_rings rings;
} uart_port;

static uint8_t link_receive[LINK_RECEIVE_BYTES];
static uint8_t link_transmit[LINK_TRANSMIT_BYTES];
#if ISO_BOARD_HAS_INJECT
static uint8_t inject_receive[INJECT_RECEIVE_BYTES];
static uint8_t inject_transmit[INJECT_TRANSMIT_BYTES];
#endif

static uart_port ports[ISO_HAL_PORT_COUNT] = {
    [ISO_HAL_PORT_LINK] = {.base = ISO_BOARD_LINK_BASE,
                           .rings = {.receive = {.bytes = link_receive, .size = LINK_RECEIVE_BYTES},
                                     .transmit = {.bytes = link_transmit,
                                                  .size = LINK_TRANSMIT_BYTES}}},
#if ISO_BOARD_HAS_INJECT
    [ISO_HAL_PORT_INJECT] =
        {.base = ISO_BOARD_INJECT_BASE,
         .rings = {.receive = {.bytes = inject_receive, .size = INJECT_RECEIVE_BYTES},
                   .transmit = {.bytes = inject_transmit, .size = INJECT_TRANSMIT_BYTES}}},
#endif
};

iso_port_rings *iso_ports_rings(iso_hal_port which) {
    return &ports[which].rings;
}

static void receive_waiting(uart_port *port) {
    iso_chip_uart_acknowledge_receive(port->base);
    for (;;) {
        if (iso_chip_uart_take_overrun(port->base)) {
            port->rings.overruns += 1u;
        }
        if (!iso_chip_uart_has_byte(port->base)) {
            return;
        }
        /* Asked only now: a byte that comes between two questions must not be taken into a ring
         * that was full at the first. */
        if (iso_ring_room(&port->rings.receive) == 0u) {
            iso_chip_uart_listen(port->base, false);
            return;
        }
        (void)iso_ring_put(&port->rings.receive, iso_chip_uart_take(port->base));
    }
}

static void transmit_waiting(uart_port *port) {
    iso_chip_uart_acknowledge_transmit(port->base);
    uint8_t byte;
    for (unsigned i = 0; i < ISO_CHIP_UART_MOST_BYTES_AT_ONCE && iso_chip_uart_can_send(port->base);
         i += 1u) {
        if (!iso_ring_take(&port->rings.transmit, &byte)) {
            iso_chip_uart_ask_for_room(port->base, false);
            return;
        }
        iso_chip_uart_send(port->base, byte);
    }
    iso_chip_uart_ask_for_room(port->base, true);
}

static void service(uart_port *port) {
    receive_waiting(port);
    transmit_waiting(port);
}

void iso_cortex_link_interrupt(void) {
    service(&ports[ISO_HAL_PORT_LINK]);
}

void iso_cortex_inject_interrupt(void) {
    service(&ports[ISO_HAL_PORT_INJECT]);
}

void iso_cortex_ports_init(void) {
    static const iso_chip_uart uarts[] = {
        {ISO_BOARD_LINK_BASE, ISO_BOARD_LINK_BAUD, ISO_BOARD_LINK_TRANSMIT_PIN,
         ISO_BOARD_LINK_RECEIVE_PIN, ISO_BOARD_LINK_PIN_FUNCTION},
#if ISO_BOARD_HAS_INJECT
        {ISO_BOARD_INJECT_BASE, ISO_BOARD_INJECT_BAUD, ISO_BOARD_INJECT_TRANSMIT_PIN,
         ISO_BOARD_INJECT_RECEIVE_PIN, ISO_BOARD_INJECT_PIN_FUNCTION},
#endif
    };
    for (unsigned i = 0; i < sizeof uarts / sizeof uarts[0]; i += 1u) {
        iso_chip_uart_init(&uarts[i]);
    }
    iso_cortex_enable_interrupt(ISO_BOARD_LINK_RECEIVE_IRQ);
    iso_cortex_enable_interrupt(ISO_BOARD_LINK_TRANSMIT_IRQ);
#if ISO_BOARD_HAS_INJECT
    iso_cortex_enable_interrupt(ISO_BOARD_INJECT_RECEIVE_IRQ);
    iso_cortex_enable_interrupt(ISO_BOARD_INJECT_TRANSMIT_IRQ);
#endif
}

size_t iso_hal_read(iso_hal_port which, uint8_t *bytes, size_t capacity) {
    uart_port *port = &ports[which];
    size_t count = 0;
    while (count < capacity && iso_ring_take(&port->rings.receive, &bytes[count])) {
        count += 1u;
    }
    if (count > 0u) {
        /* There is room again; a byte that waited in the UART is fetched at once. */
        const uint32_t mask = iso_cortex_mask();
        iso_chip_uart_listen(port->base, true);
        receive_waiting(port);
        iso_cortex_unmask(mask);
    }
    return count;
}

void iso_ports_transmit(iso_hal_port which) {
    const uint32_t mask = iso_cortex_mask();
    transmit_waiting(&ports[which]);
    iso_cortex_unmask(mask);
}

size_t iso_hal_transmit_waiting(iso_hal_port which) {
    return iso_ring_waiting(&ports[which].rings.transmit);
}

#include "iso_ports.h"

size_t iso_hal_receive_room(iso_hal_port port) {
    return iso_ring_room(&iso_ports_rings(port)->receive);
}

size_t iso_hal_transmit_room(iso_hal_port port) {
    return iso_ring_room(&iso_ports_rings(port)->transmit);
}

bool iso_hal_write(iso_hal_port port, const uint8_t *bytes, size_t count) {
    iso_ring *ring = &iso_ports_rings(port)->transmit;
    if (iso_ring_room(ring) < count) {
        return false;
    }
    for (size_t i = 0; i < count; i += 1u) {
        (void)iso_ring_put(ring, bytes[i]);
    }
    iso_ports_transmit(port);
    return true;
}

void iso_hal_port_read_counters(iso_hal_port port, iso_hal_port_counters *out) {
    const iso_port_rings *rings = iso_ports_rings(port);
    out->receive_overruns = rings->overruns;
    out->receive_high_water = rings->receive.high_water;
    out->transmit_high_water = rings->transmit.high_water;
}

bool iso_ports_bytes_wait(void) {
    return iso_ring_waiting(&iso_ports_rings(ISO_HAL_PORT_LINK)->receive) > 0u ||
           iso_ring_waiting(&iso_ports_rings(ISO_HAL_PORT_INJECT)->receive) > 0u;
}

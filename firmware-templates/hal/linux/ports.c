#include "iso_linux.h"

#include "iso_fence.h"
#include "iso_ports.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/*
 * Both ports as ttys in raw mode, served by the interrupts' thread. When a receive ring is full its
 * tty is not read: what is behind it (the other end of a pseudo-terminal, flow control) is then
 * held back. A UART without flow control loses bytes, which its driver counts.
 *
 * A tty that goes away (a USB bridge unplugged, the other end closed) is opened again when it is
 * back.
 */

/* Half a second and more of record at four times real time. */
#define INJECT_RECEIVE_BYTES 65536u
#define INJECT_TRANSMIT_BYTES 64u
#define LINK_RECEIVE_BYTES 8192u
/* A result with its explanation is 4 KB, samples go on meanwhile. */
#define LINK_TRANSMIT_BYTES 16384u
#define CHUNK_BYTES 512u
#define REOPEN_NANOSECONDS 1000000000u
#define DRAIN_NANOSECONDS 1000000000u
#define CLOSED (-1)

typedef struct {
    const char *path; /* NULL: there is no such port */
    speed_t speed;
    int file;
    uint64_t retry_at;
    iso_port_rings rings;
    /* Taken from the ring, and not by the tty yet. */
    uint8_t chunk[CHUNK_BYTES];
    volatile uint32_t chunk_bytes;
    uint32_t chunk_sent;
    uint32_t overruns_before; /* of earlier openings */
} tty_port;

static uint8_t link_receive[LINK_RECEIVE_BYTES];
static uint8_t link_transmit[LINK_TRANSMIT_BYTES];
static uint8_t inject_receive[INJECT_RECEIVE_BYTES];
static uint8_t inject_transmit[INJECT_TRANSMIT_BYTES];

static tty_port ports[ISO_HAL_PORT_COUNT] = {
    [ISO_HAL_PORT_LINK] = {.file = CLOSED,
                           .rings = {.receive = {.bytes = link_receive, .size = LINK_RECEIVE_BYTES},
                                     .transmit = {.bytes = link_transmit,
                                                  .size = LINK_TRANSMIT_BYTES}}},
    [ISO_HAL_PORT_INJECT] =
        {.file = CLOSED,
         .rings = {.receive = {.bytes = inject_receive, .size = INJECT_RECEIVE_BYTES},
                   .transmit = {.bytes = inject_transmit, .size = INJECT_TRANSMIT_BYTES}}},
};

iso_port_rings *iso_ports_rings(iso_hal_port which) {
    return &ports[which].rings;
}

/* Those that the schema of board files allows. */
static speed_t speed_of(uint32_t baud) {
    static const struct {
        uint32_t baud;
        speed_t speed;
    } speeds[] = {{9600u, B9600},       {19200u, B19200},     {38400u, B38400},
                  {57600u, B57600},     {115200u, B115200},   {230400u, B230400},
                  {460800u, B460800},   {921600u, B921600},   {1000000u, B1000000},
                  {1500000u, B1500000}, {2000000u, B2000000}, {3000000u, B3000000},
                  {4000000u, B4000000}};
    speed_t found = B0;
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i += 1u) {
        if (speeds[i].baud == baud) {
            found = speeds[i].speed;
        }
    }
    return found;
}

/* Eight bits, no parity, one stop bit, every byte as it is. False: no tty, or none of that rate;
 * setting it succeeds as soon as anything was set (tcsetattr(3)). */
static bool make_raw(int file, speed_t speed) {
    struct termios mode;
    if (tcgetattr(file, &mode) != 0) {
        return false;
    }
    mode.c_iflag = IGNBRK;
    mode.c_oflag = 0u;
    mode.c_lflag = 0u;
    mode.c_cflag = CS8 | CREAD | CLOCAL;
    mode.c_cc[VMIN] = 0u;
    mode.c_cc[VTIME] = 0u;
    if (cfsetispeed(&mode, speed) != 0 || cfsetospeed(&mode, speed) != 0 ||
        tcsetattr(file, TCSANOW, &mode) != 0 || tcgetattr(file, &mode) != 0) {
        return false;
    }
    errno = EINVAL;
    /* qemu-aarch64 translates no rate above 460800, and tells none then. */
    return cfgetospeed(&mode) == speed || cfgetospeed(&mode) == B0;
}

static bool open_tty(tty_port *port) {
    const int file = open(port->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && !make_raw(file, port->speed)) {
        const int reason = errno;
        (void)close(file);
        errno = reason;
        return false;
    }
    port->file = file;
    return file >= 0;
}

static void close_tty(tty_port *port) {
    (void)close(port->file);
    port->file = CLOSED;
    port->overruns_before = port->rings.overruns;
    port->retry_at = iso_linux_nanoseconds() + REOPEN_NANOSECONDS;
}

static void open_first(iso_hal_port which, const char *path, uint32_t baud) {
    tty_port *port = &ports[which];
    port->path = path;
    port->speed = speed_of(baud);
    if (path != NULL && !open_tty(port)) {
        iso_linux_give_up("cannot open", path);
    }
}

void iso_linux_ports_open(const iso_linux_options *options) {
    open_first(ISO_HAL_PORT_LINK, options->link, ISO_BOARD_LINK_BAUD);
#if ISO_BOARD_HAS_INJECT
    open_first(ISO_HAL_PORT_INJECT, options->inject, ISO_BOARD_INJECT_BAUD);
#endif
}

static bool has_to_send(const tty_port *port) {
    return port->chunk_bytes > 0u || iso_ring_waiting(&port->rings.transmit) > 0u;
}

int iso_linux_ports_ask(fd_set *reading, fd_set *writing) {
    int highest = CLOSED;
    for (unsigned i = 0; i < ISO_HAL_PORT_COUNT; i += 1u) {
        const tty_port *port = &ports[i];
        if (port->file < 0) {
            continue;
        }
        if (iso_ring_room(&port->rings.receive) > 0u) {
            FD_SET(port->file, reading);
        }
        if (has_to_send(port)) {
            FD_SET(port->file, writing);
        }
        highest = port->file > highest ? port->file : highest;
    }
    return highest;
}

/* False: the tty has gone. */
static bool goes_on(ssize_t count) {
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool receive_waiting(tty_port *port) {
    uint8_t bytes[CHUNK_BYTES];
    const uint32_t room = iso_ring_room(&port->rings.receive);
    const ssize_t count = read(port->file, bytes, room < sizeof bytes ? room : sizeof bytes);
    for (ssize_t i = 0; i < count; i += 1) {
        (void)iso_ring_put(&port->rings.receive, bytes[i]);
    }
    if (!goes_on(count)) {
        close_tty(port);
    }
    return count > 0;
}

static void fill_chunk(tty_port *port) {
    uint32_t count = 0;
    /* Counted before it leaves the ring: whoever asks what waits must not find it nowhere. */
    const uint32_t waiting = iso_ring_waiting(&port->rings.transmit);
    port->chunk_bytes = waiting < CHUNK_BYTES ? waiting : CHUNK_BYTES;
    iso_fence();
    while (count < port->chunk_bytes && iso_ring_take(&port->rings.transmit, &port->chunk[count])) {
        count += 1u;
    }
    port->chunk_sent = 0u;
}

static void transmit_waiting(tty_port *port) {
    if (port->chunk_bytes == 0u) {
        fill_chunk(port);
    }
    const ssize_t count =
        write(port->file, &port->chunk[port->chunk_sent], port->chunk_bytes - port->chunk_sent);
    if (!goes_on(count)) {
        close_tty(port);
    } else if (count > 0) {
        port->chunk_sent += (uint32_t)count;
        if (port->chunk_sent == port->chunk_bytes) {
            port->chunk_bytes = 0u;
        }
    }
}

static void count_overruns(tty_port *port) {
    struct serial_icounter_struct counts; /* a pseudo-terminal has none */
    if (ioctl(port->file, TIOCGICOUNT, &counts) == 0) {
        port->rings.overruns =
            port->overruns_before + (uint32_t)counts.overrun + (uint32_t)counts.buf_overrun;
    }
}

static bool serve(tty_port *port, const fd_set *reading, const fd_set *writing) {
    bool received = false;
    if (port->file < 0) {
        if (port->path != NULL && iso_linux_nanoseconds() >= port->retry_at && !open_tty(port)) {
            port->retry_at = iso_linux_nanoseconds() + REOPEN_NANOSECONDS;
        }
        return false;
    }
    if (FD_ISSET(port->file, writing)) {
        transmit_waiting(port);
    }
    if (port->file >= 0 && FD_ISSET(port->file, reading)) {
        count_overruns(port);
        received = receive_waiting(port);
    }
    return received;
}

bool iso_linux_ports_serve(const fd_set *reading, const fd_set *writing) {
    bool received = false;
    for (unsigned i = 0; i < ISO_HAL_PORT_COUNT; i += 1u) {
        received = serve(&ports[i], reading, writing) || received;
    }
    return received;
}

void iso_linux_ports_drain(void) {
    const uint64_t end = iso_linux_nanoseconds() + DRAIN_NANOSECONDS;
    const tty_port *link = &ports[ISO_HAL_PORT_LINK];
    int waiting = 1;
    while (waiting > 0 && link->file >= 0 && iso_linux_nanoseconds() < end) {
        const bool more = has_to_send(link);
        if (ioctl(link->file, TIOCOUTQ, &waiting) != 0) {
            waiting = 0;
        }
        waiting = more ? 1 : waiting;
        iso_hal_wait();
    }
}

size_t iso_hal_read(iso_hal_port which, uint8_t *bytes, size_t capacity) {
    tty_port *port = &ports[which];
    const bool crowded = iso_ring_room(&port->rings.receive) < port->rings.receive.size / 2u;
    size_t count = 0;
    while (count < capacity && iso_ring_take(&port->rings.receive, &bytes[count])) {
        count += 1u;
    }
    if (crowded && count > 0u) {
        iso_linux_wake_interrupts(); /* which may not be reading for want of room */
    }
    return count;
}

void iso_ports_transmit(iso_hal_port which) {
    (void)which;
    iso_linux_wake_interrupts();
}

size_t iso_hal_transmit_waiting(iso_hal_port which) {
    const size_t ring = iso_ring_waiting(&ports[which].rings.transmit);
    iso_fence();
    return ring + ports[which].chunk_bytes;
}

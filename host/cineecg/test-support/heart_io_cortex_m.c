/* Start-up and semihosting for an emulated Cortex-M with an FPU: cases.bin in, results.bin out, in
 * the emulator's folder. */
#include "heart_io.h"

#include <stdint.h>

/* Arm semihosting specification: operation numbers and fopen modes. */
enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { MODE_READ_BINARY = 1, MODE_WRITE_BINARY = 5 };
#define APPLICATION_EXIT 0x20026U
/* Coprocessor access control; full access to CP10 and CP11 turns the FPU on. */
#define CPACR ((volatile uint32_t *)0xE000ED88U)
#define CPACR_FPU (0xFU << 20)

int main(void);
void reset(void);
extern uint32_t stack_top[];

static uint32_t cases, results;

static uint32_t semihost(uint32_t operation, const uint32_t *arguments) {
    register uint32_t r0 __asm__("r0") = operation;
    register const uint32_t *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static uint32_t open(const char *name, uint32_t length, uint32_t mode) {
    const uint32_t arguments[3] = {(uint32_t)(uintptr_t)name, mode, length};
    return semihost(SYS_OPEN, arguments);
}

bool heart_io_get(void *to, size_t bytes) {
    const uint32_t arguments[3] = {cases, (uint32_t)(uintptr_t)to, bytes};
    return semihost(SYS_READ, arguments) == 0; /* answers how many bytes are missing */
}

void heart_io_put(const void *from, size_t bytes) {
    const uint32_t arguments[3] = {results, (uint32_t)(uintptr_t)from, bytes};
    (void)semihost(SYS_WRITE, arguments);
}

static void finish(uint32_t status) {
    const uint32_t arguments[2] = {APPLICATION_EXIT, status};
    (void)semihost(SYS_EXIT_EXTENDED, arguments);
    for (;;) {
    }
}

static void fault(void) {
    finish(1);
}

void reset(void) {
    *CPACR |= CPACR_FPU;
    __asm__ volatile("dsb\n\tisb");
    cases = open("cases.bin", 9, MODE_READ_BINARY);
    results = open("results.bin", 11, MODE_WRITE_BINARY);
    finish((uint32_t)main());
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)stack_top, (uintptr_t)reset, (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,     (uintptr_t)fault, (uintptr_t)fault};

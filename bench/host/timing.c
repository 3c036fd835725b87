/*
 * Times the network's answer. Standard input: the network's input, then one byte for each round;
 * each round runs the answer as often as the byte says and writes the nanoseconds of each run, u32,
 * little-endian, and the logits of the last one.
 */
#define _POSIX_C_SOURCE 199309L
#include "network.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static iso_net_input_code input[(size_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS];
static int16_t logits[ISO_NET_CLASSES];

static uint64_t nanoseconds(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

int main(void) {
    if (fread(input, 1, sizeof input, stdin) != sizeof input) {
        return 1;
    }
    for (int runs = getchar(); runs != EOF; runs = getchar()) {
        for (int i = 0; i < runs; i++) {
            const uint64_t start = nanoseconds();
            memcpy(iso_net_input(), input, sizeof input);
            iso_net_forward(logits);
            const uint32_t taken = (uint32_t)(nanoseconds() - start);
            if (fwrite(&taken, sizeof taken, 1, stdout) != 1) {
                return 1;
            }
        }
        if (fwrite(logits, sizeof logits, 1, stdout) != 1 || fflush(stdout) != 0) {
            return 1;
        }
    }
    return 0;
}

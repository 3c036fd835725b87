/* Exits with what the network's self-test says. */
#include "network.c"

int main(void) {
    return iso_net_self_test();
}

/*
 * Drives iso_pacer; the first sample, and the first after a gap, primes. With an argument it prints
 * marks alone.
 *
 * In:  0 sample_index microvolt[8]   push
 *      1 0 0…                        a gap
 * Out: 0 0 microvolt[8]              for each push
 *      1 sample_index 0…             a mark
 */
#include "../iso_pacer.h"
#include "rows.h"

int main(int count, char **arguments) {
    static iso_pacer pacer;
    bool primed = false;
    row in;

    (void)arguments;
    while (read_row(&in)) {
        row out = {0};

        if (in.kind == 1) {
            primed = false;
            continue;
        }
        if (!primed) {
            iso_pacer_prime(&pacer, in.values);
            primed = true;
        }
        if (iso_pacer_push(&pacer, in.values, out.values)) {
            const row mark = {1, in.first - ISO_PACER_REACH, {0}};

            print_row(&mark);
        }
        if (count == 1) {
            print_row(&out);
        }
    }
    return 0;
}

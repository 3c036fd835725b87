/*
 * Drives one filter of the 500 Hz conditioner, chosen by the first argument: lowpass150, lowpass40,
 * highpass or highpass-linear.
 *
 * In:  0 0 microvolt[8]   push; the first one primes
 *      1 missing 0…       a gap
 * Out: 0 0 microvolt[8]   for each push
 */
#include <string.h>

#include "../iso_highpass.h"
#include "../iso_highpass_linear.h"
#include "../iso_lowpass.h"
#include "rows.h"

int main(int count, char **arguments) {
    static iso_lowpass lowpass;
    static iso_highpass highpass;
    static iso_highpass_linear linear;
    const char *name = count == 2 ? arguments[1] : "";
    bool primed = false;
    row in;

    iso_lowpass_init(&lowpass,
                     strcmp(name, "lowpass40") == 0 ? ISO_LOWPASS_40_HZ : ISO_LOWPASS_150_HZ);
    iso_highpass_init(&highpass);
    while (read_row(&in)) {
        row out = {0};

        if (in.kind == 1) {
            iso_highpass_gap(&highpass, (uint32_t)in.first);
            primed = false;
            continue;
        }
        if (strcmp(name, "highpass") == 0) {
            iso_highpass_push(&highpass, in.values, out.values);
        } else if (strcmp(name, "highpass-linear") == 0) {
            if (!primed) {
                iso_highpass_linear_prime(&linear, in.values);
            }
            iso_highpass_linear_push(&linear, in.values, out.values);
        } else {
            if (!primed) {
                iso_lowpass_prime(&lowpass, in.values);
            }
            iso_lowpass_push(&lowpass, in.values, out.values);
        }
        primed = true;
        print_row(&out);
    }
    return 0;
}

/*
 * One record through the device's own signal chain, for training: the network learns on what the
 * device will compute. Linked with firmware-templates/core into a shared library by chain.py.
 */
#include "iso_chain.h"
#include "iso_leads.h"
#include "iso_window.h"

/*
 * microvolt: [samples][8] at 500 Hz. window: [1000][12], the first 10 s of chain output. After its
 * end the record is held at its last value for as long as the chain needs to bring out its last
 * moment; before its start the chain itself does the same. Returns the number of chain samples
 * written.
 */
int iso_chain_record(const int32_t *microvolt, uint32_t samples, int32_t *window);

int iso_chain_record(const int32_t *microvolt, uint32_t samples, int32_t *window) {
    static iso_chain chain;
    iso_chain_sample out;
    int written = 0;

    iso_chain_init(&chain);
    for (uint32_t i = 0; i < samples + ISO_CHAIN_DELAY_SAMPLES && written < ISO_WINDOW_SAMPLES;
         i++) {
        const uint32_t row = i < samples ? i : samples - 1;

        if (iso_chain_push(&chain, i, &microvolt[row * ISO_INDEPENDENT_LEADS], &out)) {
            iso_leads_twelve(out.microvolt, &window[written * ISO_TWELVE_LEADS]);
            written++;
        }
    }
    return written;
}

#include "cortex_m.h"

/*
 * Caches, of the processors that have them (Armv7-M B2.2 and B3.2; the Cortex-M7 has lines of 32
 * bytes). A chip family turns them on and has memory made whole where something else than the
 * processor's own accesses must see it: a reset, and flash that changed beneath them. All of these
 * do nothing while the data cache is off.
 */
#define CCR CORTEX_REGISTER(0xE000ED14u)
#define CCR_DATA_CACHE (1u << 16)
#define CCR_INSTRUCTION_CACHE (1u << 17)
#define CCSIDR CORTEX_REGISTER(0xE000ED80u) /* ways - 1 in 12:3, sets - 1 in 27:13 */
#define CSSELR CORTEX_REGISTER(0xE000ED84u) /* 0: the data cache nearest to the processor */
#define ICIALLU CORTEX_REGISTER(0xE000EF50u)
#define DCIMVAC CORTEX_REGISTER(0xE000EF5Cu)
#define DCISW CORTEX_REGISTER(0xE000EF60u)
#define DCCMVAC CORTEX_REGISTER(0xE000EF68u)
#define LINE_BYTES 32u
#define DCISW_SET_SHIFT 5u /* the line's size, as a power of two */

/* DCISW names a way by the uppermost bits that it takes. */
static void invalidate_data_cache(void) {
    CSSELR = 0u;
    iso_cortex_barrier();
    const uint32_t most_way = (CCSIDR >> 3) & 0x3FFu;
    const uint32_t most_set = (CCSIDR >> 13) & 0x7FFFu;
    uint32_t way_shift = 32u;
    for (uint32_t ways = most_way; ways > 0u; ways >>= 1) {
        way_shift -= 1u;
    }
    for (uint32_t set = 0; set <= most_set; set += 1u) {
        for (uint32_t way = 0; way <= most_way; way += 1u) {
            DCISW = (way_shift < 32u ? way << way_shift : 0u) | set << DCISW_SET_SHIFT;
        }
    }
    iso_cortex_barrier();
}

void iso_cortex_enable_caches(void) {
    if ((CCR & CCR_DATA_CACHE) != 0u) {
        return;
    }
    ICIALLU = 0u;
    invalidate_data_cache();
    CCR |= CCR_INSTRUCTION_CACHE | CCR_DATA_CACHE;
    iso_cortex_barrier();
}

static bool data_cache_is_on(void) {
    return (CCR & CCR_DATA_CACHE) != 0u;
}

void iso_cortex_write_back(const void *memory, size_t count) {
    const uintptr_t first = (uintptr_t)memory;
    iso_cortex_barrier();
    for (uintptr_t line = first - first % LINE_BYTES; data_cache_is_on() && line < first + count;
         line += LINE_BYTES) {
        DCCMVAC = (uint32_t)line;
    }
    iso_cortex_barrier();
}

void iso_cortex_forget(uint32_t address, uint32_t count) {
    iso_cortex_barrier();
    if (data_cache_is_on()) {
        for (uint32_t line = address - address % LINE_BYTES; line < address + count;
             line += LINE_BYTES) {
            DCIMVAC = line;
        }
        ICIALLU = 0u;
    }
    iso_cortex_barrier();
}

#ifndef LINE_CACHE_H
#define LINE_CACHE_H

/* A cache of lines of memory, sets of ways, the least recently used way replaced. */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct line_cache {
    uint64_t line_bytes;
    uint64_t sets;
    uint64_t ways;
    /* Lines + 1 by set, the last used first; 0: empty. */
    uint64_t *lines;
};

static inline bool line_cache_init(struct line_cache *cache) {
    if (cache->line_bytes == 0 || cache->sets == 0 || cache->ways == 0) {
        return false;
    }
    cache->lines = calloc(cache->sets * cache->ways, sizeof *cache->lines);
    return cache->lines != NULL;
}

/* Whether the line of that address was there; it is afterwards. */
static inline bool line_cache_has(struct line_cache *cache, uint64_t address) {
    const uint64_t line = address / cache->line_bytes;
    uint64_t *set = &cache->lines[line % cache->sets * cache->ways];
    uint64_t way = 0;
    while (way + 1 < cache->ways && set[way] != line + 1) {
        way++;
    }
    const bool found = set[way] == line + 1;
    for (; way > 0; way--) {
        set[way] = set[way - 1];
    }
    set[0] = line + 1;
    return found;
}

#endif

#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum { free_slot, filling, noted };

static struct {
    _Atomic int state;
    uintptr_t start;
    size_t count;
    char name[1024];
} mappings[256];

int bbcu_mapping_add(const void *start, size_t count, const char *name) {
    for (int slot = 0; slot < (int)(sizeof mappings / sizeof *mappings); slot++) {
        int expected = free_slot;
        if (!atomic_compare_exchange_strong(&mappings[slot].state, &expected, filling)) continue;
        mappings[slot].start = (uintptr_t)start;
        mappings[slot].count = count;
        strncpy(mappings[slot].name, name, sizeof mappings[slot].name - 1);
        mappings[slot].name[sizeof mappings[slot].name - 1] = 0;
        atomic_store(&mappings[slot].state, noted);
        return slot;
    }
    return -1;
}

void bbcu_mapping_done(int slot) {
    if (slot >= 0) atomic_store(&mappings[slot].state, free_slot);
}

const char *bbcu_mapping_name(const void *address) {
    const uintptr_t place = (uintptr_t)address;
    for (size_t slot = 0; slot < sizeof mappings / sizeof *mappings; slot++) {
        if (atomic_load(&mappings[slot].state) != noted) continue;
        if (place >= mappings[slot].start && place - mappings[slot].start < mappings[slot].count)
            return mappings[slot].name;
    }
    return NULL;
}

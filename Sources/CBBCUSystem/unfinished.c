#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { free_slot, filling, noted };

static struct {
    _Atomic int state;
    int folder;
    char name[64];
} files[64];

// Set once a handler unlinks: a thread that begins a file then waits for the end of the process.
static _Atomic bool is_ending;

int bbcu_folder_open(const char *path) {
#if defined(O_PATH)
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
#elif defined(O_SEARCH)
    return open(path, O_SEARCH | O_DIRECTORY | O_CLOEXEC);
#else
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
#endif
}

static void wait_for_the_end(void) {
    while (atomic_load(&is_ending)) pause();
}

int bbcu_unfinished_add(int folder, const char *name) {
    wait_for_the_end();
    if (strlen(name) >= sizeof files[0].name) return -1;
    for (int slot = 0; slot < (int)(sizeof files / sizeof *files); slot++) {
        int expected = free_slot;
        if (!atomic_compare_exchange_strong(&files[slot].state, &expected, filling)) continue;
        files[slot].folder = folder;
        strcpy(files[slot].name, name);
        atomic_store(&files[slot].state, noted);
        return slot;
    }
    return -1;
}

void bbcu_unfinished_done(int slot) {
    if (slot < 0) return;
    // The handler may be about to read the slot.
    wait_for_the_end();
    atomic_store(&files[slot].state, free_slot);
}

void bbcu_unfinished_unlink_all(void) {
    atomic_store(&is_ending, true);
    for (size_t slot = 0; slot < sizeof files / sizeof *files; slot++) {
        if (atomic_load(&files[slot].state) == noted) unlinkat(files[slot].folder, files[slot].name, 0);
    }
}

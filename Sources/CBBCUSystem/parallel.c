#include "internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct {
    _Atomic size_t next;
    size_t count;
    void (*work)(void *context, size_t index);
    void *context;
} job;

static void *take(void *argument) {
    job *const shared = argument;
    for (;;) {
        const size_t index = atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
        if (index >= shared->count) return NULL;
        shared->work(shared->context, index);
    }
}

void bbcu_parallel(uint32_t threads, size_t count, void (*work)(void *context, size_t index), void *context) {
    job shared = {.count = count, .work = work, .context = context};
    const size_t most = threads < count ? threads : count;
    pthread_t *const others = most > 1 ? calloc(most - 1, sizeof *others) : NULL;
    size_t started = 0;
    while (others && started < most - 1 && pthread_create(&others[started], NULL, take, &shared) == 0) started++;
    take(&shared);
    for (size_t i = 0; i < started; i++) pthread_join(others[i], NULL);
    free(others);
}

// A barrier that spins for a moment before it gives the processor away: the waits between two stages of a frame are
// shorter than a system call.
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bbcu_kernels.h"

struct bbcu_barrier {
    _Atomic uint32_t arrived;
    _Atomic uint32_t round;
    uint32_t threads;
};

bbcu_barrier *bbcu_barrier_create(uint32_t threads) {
    bbcu_barrier *barrier = malloc(sizeof *barrier);
    if (!barrier) abort();
    atomic_init(&barrier->arrived, 0);
    atomic_init(&barrier->round, 0);
    barrier->threads = threads;
    return barrier;
}

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void bbcu_barrier_wait(bbcu_barrier *barrier) {
    const uint32_t round = atomic_load_explicit(&barrier->round, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel) + 1 == barrier->threads) {
        atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&barrier->round, round + 1, memory_order_release);
        return;
    }
    for (unsigned spins = 0; atomic_load_explicit(&barrier->round, memory_order_acquire) == round; spins++) {
        if (spins < 4000)
            pause_briefly();
        else
            sched_yield();
    }
}

void bbcu_barrier_destroy(bbcu_barrier *barrier) { free(barrier); }

// Threads that stay and wait for work, so that a frame starts without making any; and the barrier where they wait for
// each other within a frame. It spins for a moment, since the waits between two stages are shorter than a system call,
// and then sleeps: where others want the processors too, or there are fewer of them than threads, spinning only keeps
// away the thread that is waited for.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "bbcu_kernels.h"

struct bbcu_team;

typedef struct {
    struct bbcu_team *team;
    uint32_t index;
    pthread_t identifier;
} member;

struct bbcu_team {
    pthread_mutex_t mutex;
    pthread_cond_t begin, end;
    uint64_t frame;     // how many have begun
    uint32_t working;   // members that are not done with it
    int stops;
    bbcu_work *work;
    void *context;
    pthread_cond_t next_round;
    _Atomic uint32_t arrived, round, sleeping;
    unsigned most_spins;
    uint32_t threads;
    member members[];
};

static void *member_main(void *argument) {
    const member *const self = argument;
    bbcu_team *const team = self->team;
    uint64_t seen = 0;
    pthread_mutex_lock(&team->mutex);
    for (;;) {
        while (team->frame == seen && !team->stops) pthread_cond_wait(&team->begin, &team->mutex);
        if (team->stops) break;
        seen = team->frame;
        pthread_mutex_unlock(&team->mutex);
        team->work(team->context, self->index);
        pthread_mutex_lock(&team->mutex);
        if (--team->working == 0) pthread_cond_signal(&team->end);
    }
    pthread_mutex_unlock(&team->mutex);
    return NULL;
}

bbcu_team *bbcu_team_create(uint32_t threads) {
    bbcu_team *team = calloc(1, sizeof *team + threads * sizeof *team->members);
    if (!team) return NULL;
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->begin, NULL);
    pthread_cond_init(&team->end, NULL);
    pthread_cond_init(&team->next_round, NULL);
    team->most_spins = (long)threads <= sysconf(_SC_NPROCESSORS_ONLN) ? 4000 : 0;
    // The caller is the first. Where the system has no thread left, there are fewer.
    team->threads = 1;
    while (team->threads < threads) {
        member *const next = &team->members[team->threads];
        next->team = team;
        next->index = team->threads;
        if (pthread_create(&next->identifier, NULL, member_main, next)) break;
        team->threads++;
    }
    return team;
}

uint32_t bbcu_team_threads(const bbcu_team *team) { return team->threads; }

void bbcu_team_run(bbcu_team *team, bbcu_work *work, void *context) {
    pthread_mutex_lock(&team->mutex);
    team->work = work;
    team->context = context;
    team->working = team->threads - 1;
    team->frame++;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->mutex);
    work(context, 0);
    pthread_mutex_lock(&team->mutex);
    while (team->working) pthread_cond_wait(&team->end, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void sleep_until_next_round(bbcu_team *team, uint32_t round) {
    pthread_mutex_lock(&team->mutex);
    // Counted before the round is looked at, and the last to arrive looks in the other order: one of both sees the other.
    atomic_fetch_add(&team->sleeping, 1);
    while (atomic_load(&team->round) == round) pthread_cond_wait(&team->next_round, &team->mutex);
    atomic_fetch_sub(&team->sleeping, 1);
    pthread_mutex_unlock(&team->mutex);
}

void bbcu_team_wait(bbcu_team *team) {
    const uint32_t round = atomic_load_explicit(&team->round, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->threads) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store(&team->round, round + 1);
        if (atomic_load(&team->sleeping) == 0) return;
        pthread_mutex_lock(&team->mutex);
        pthread_cond_broadcast(&team->next_round);
        pthread_mutex_unlock(&team->mutex);
        return;
    }
    for (unsigned spins = 0; spins < team->most_spins; spins++) {
        if (atomic_load_explicit(&team->round, memory_order_acquire) != round) return;
        pause_briefly();
    }
    sleep_until_next_round(team, round);
}

void bbcu_team_destroy(bbcu_team *team) {
    if (!team) return;
    pthread_mutex_lock(&team->mutex);
    team->stops = 1;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->mutex);
    for (uint32_t i = 1; i < team->threads; i++) pthread_join(team->members[i].identifier, NULL);
    pthread_mutex_destroy(&team->mutex);
    pthread_cond_destroy(&team->begin);
    pthread_cond_destroy(&team->end);
    pthread_cond_destroy(&team->next_round);
    free(team);
}

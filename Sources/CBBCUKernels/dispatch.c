// Which kernels this machine can run.
#include <string.h>

#include "kernel_sets.h"

#if defined(__x86_64__)
static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt");
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}
#endif

const bbcu_kernels *bbcu_kernels_named(const char *name) {
    if (strcmp(name, "portable") == 0) return &bbcu_kernels_portable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(name, "avx2") == 0 && has_avx2()) return &bbcu_kernels_avx2;
    if (strcmp(name, "avx512") == 0 && has_avx512()) return &bbcu_kernels_avx512;
#elif defined(__aarch64__)
    if (strcmp(name, "neon") == 0) return &bbcu_kernels_neon;
#endif
    return NULL;
}

const bbcu_kernels *bbcu_kernels_best(void) {
    static const char *const names[] = {"avx512", "avx2", "neon"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const bbcu_kernels *kernels = bbcu_kernels_named(names[i]);
        if (kernels) return kernels;
    }
    return &bbcu_kernels_portable;
}

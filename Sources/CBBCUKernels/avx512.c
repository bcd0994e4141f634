// x86-64 with AVX-512 F, DQ, VL, BW and VPOPCNTDQ (Ice Lake, Zen 4, and later).
#include "kernel_sets.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx512vpopcntdq,fma"))), \
                             apply_to = function)

#define PREFIX avx512
#define BYTES 64
#define FLOAT_TILE 14
#define FLOAT_PAIR_TILE 12
#define DOUBLE_TILE 7
#define BINARY_TILE 8
#define WINOGRAD_TILES 12
#define WINOGRAD_VECTORS 2
#define PLANAR_TILE 2
#define POPCOUNT_LANES 1
#include "kernels_template.h"

#pragma clang attribute pop
#endif

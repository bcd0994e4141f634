// x86-64 with AVX2, FMA and POPCNT (Haswell, 2013, and later).
#include "kernel_sets.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,popcnt"))), apply_to = function)

#define PREFIX avx2
#define BYTES 32
#define FLOAT_TILE 6
#define FLOAT_PAIR_TILE 0
#define DOUBLE_TILE 3
#define BINARY_TILE 2
#define WINOGRAD_TILES 6
#define WINOGRAD_VECTORS 2
#define PLANAR_TILE 4
#define POPCOUNT_LANES 0
#include "kernels_template.h"

#pragma clang attribute pop
#endif

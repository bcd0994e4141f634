// Arm64: NEON and fused multiply-add are part of the baseline.
#include "kernel_sets.h"

#if defined(__aarch64__)
#define PREFIX neon
#define BYTES 16
#define FLOAT_TILE 4
#define FLOAT_PAIR_TILE 0
#define DOUBLE_TILE 2
#define BINARY_TILE 2
#define WINOGRAD_TILES 6
#define WINOGRAD_VECTORS 4
#define PLANAR_TILE 4
#define POPCOUNT_LANES 0
#include "kernels_template.h"
#endif

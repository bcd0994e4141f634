// For any machine: short vectors, which the compiler maps to what the target's baseline has. Where that has
// no fused multiply-add, the C library's fma gives the same bits, slowly.
#include "kernel_sets.h"

#define PREFIX portable
#define BYTES 16
#define FLOAT_TILE 2
#define FLOAT_PAIR_TILE 0
#define DOUBLE_TILE 2
#define BINARY_TILE 1
#define WINOGRAD_TILES 3
#define WINOGRAD_VECTORS 2
#define PLANAR_TILE 2
#define POPCOUNT_LANES 0
#include "kernels_template.h"

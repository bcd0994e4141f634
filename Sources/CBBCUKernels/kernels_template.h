// All kernels of one instruction set. The including file defines PREFIX (kernel names), BYTES (of a vector),
// FLOAT_TILE, FLOAT_PAIR_TILE, DOUBLE_TILE and BINARY_TILE (pixels a tile: as many
// as the registers hold), WINOGRAD_TILES and WINOGRAD_VECTORS (tiles and vectors of outputs that the registers hold),
// PLANAR_TILE (vectors of pixels a tile) and POPCOUNT_LANES (whether 32-bit lanes are counted at once).

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STRING_(a) #a
#define STRING(a) STRING_(a)

#define FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))

#define SCALAR float
#define LANES (BYTES / 4)
#define TILE FLOAT_TILE
#define PAIR_TILE FLOAT_PAIR_TILE
#define NAME(suffix) JOIN(PREFIX, JOIN(_float_, suffix))
#include "float_template.h"
#include "elementwise_template.h"
#undef NAME
#undef TILE
#undef PAIR_TILE
#undef LANES
#undef SCALAR

#define SCALAR double
#define LANES (BYTES / 8)
#define TILE DOUBLE_TILE
#define PAIR_TILE 0
#define NAME(suffix) JOIN(PREFIX, JOIN(_double_, suffix))
#include "float_template.h"
#include "elementwise_template.h"
#undef NAME
#undef TILE
#undef PAIR_TILE
#undef LANES
#undef SCALAR

#define LANES (BYTES / 4)
#define NAME(suffix) JOIN(PREFIX, JOIN(_, suffix))
// Asks for values that are read soon, `first` of them from `row` on. Addresses as numbers: what lies behind the end of a
// row is asked for in vain, which does no harm.
static inline __attribute__((always_inline)) void NAME(prefetch)(const float *row, size_t first, size_t count) {
    const uintptr_t start = (uintptr_t)row + first * sizeof *row;
    for (size_t byte = 0; byte < count * sizeof *row; byte += 64) __builtin_prefetch((const void *)(start + byte), 0, 2);
}

#include "binary_template.h"
#include "winograd_template.h"
#include "planar_template.h"
#include "image_rows.h"
#include "peak_template.h"
#include "bounds_template.h"

// Pixels whose outputs stay in the first caches until they are finished: whole tiles of every machine.
#define FLOAT_PIXELS 48

static int NAME(float_row)(const bbcu_geometry *g, const bbcu_rows *rows, const float *weights, const float *bias,
                           size_t first, size_t end, const bbcu_row *out, size_t factor, int activation,
                           float slope) {
    const size_t padded = (g->outputs + BBCU_FLOAT_BLOCK - 1) / BBCU_FLOAT_BLOCK * BBCU_FLOAT_BLOCK;
    int is_finite = 1;
    for (size_t x = first; x < end; x += FLOAT_PIXELS) {
        const size_t stop = end - x < FLOAT_PIXELS ? end : x + FLOAT_PIXELS;
        for (size_t row = 0; row < factor; row++) {
            NAME(float_pixels)(g, rows->row, weights + row * padded * g->kernel * g->kernel * g->inputs,
                               bias + row * padded, x, stop, out[row].values, NULL, 0);
            is_finite &= NAME(finish_row)(&out[row], g->outputs / factor, activation, slope, x * factor, stop * factor);
        }
    }
    return is_finite;
}

#undef FLOAT_PIXELS
#undef NAME
#undef LANES

const bbcu_kernels JOIN(bbcu_kernels_, PREFIX) = {
    .name = STRING(PREFIX),
    .float_convolution = JOIN(PREFIX, _float_convolution),
    .double_convolution = JOIN(PREFIX, _double_convolution),
    .binary_sums = JOIN(PREFIX, _binary_sums),
    .float_row = JOIN(PREFIX, _float_row),
    .unit_row = JOIN(PREFIX, _unit_row),
    .winograd_row = JOIN(PREFIX, _winograd_row),
    .planar_rows = JOIN(PREFIX, _planar_rows),
    .emit = JOIN(PREFIX, _emit),
    .scale = JOIN(PREFIX, _scale),
    .rectify_floats = JOIN(PREFIX, _float_rectify),
    .rectify_doubles = JOIN(PREFIX, _double_rectify),
    .branch_errors = JOIN(PREFIX, _branch_errors),
    .within = JOIN(PREFIX, _within),
    .peak = &JOIN(PREFIX, _peak),
};

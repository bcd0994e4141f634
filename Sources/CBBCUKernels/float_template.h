// Direct convolutions, for a scalar type and a vector width given by the including file:
//   SCALAR, LANES, TILE (pixels that share a load of weights), PAIR_TILE (the same where two blocks of outputs share a
//   load of pixels; 0 where the registers do not hold them), FMA(a, b, c), NAME(suffix)
// No include guard: a kernel file includes this once for float and once for double.
// Every output is one lane, so the width changes which outputs are computed together and nothing else.

#pragma STDC FP_CONTRACT OFF

typedef SCALAR NAME(vector) __attribute__((vector_size(LANES * sizeof(SCALAR)), aligned(sizeof(SCALAR)), may_alias));

#define VECTORS (BBCU_FLOAT_BLOCK / LANES)
// Loops over registers; what they hold lies in memory otherwise.
#define UNROLL _Pragma("clang loop unroll(full)")

// `count` neighbouring pixels of a row from x on, one block of outputs.
static inline __attribute__((always_inline)) void NAME(tile)(size_t kernel, size_t inputs, const SCALAR *const *rows,
                                                             size_t x, const SCALAR *weights, const SCALAR *bias,
                                                             SCALAR *sums, const size_t count) {
    NAME(vector) sum[TILE][VECTORS];
    for (size_t pixel = 0; pixel < count; pixel++)
        for (size_t v = 0; v < VECTORS; v++) sum[pixel][v] = *(const NAME(vector) *)(bias + v * LANES);
    for (size_t ky = 0; ky < kernel; ky++) {
        // A row of taps is contiguous in the input: kernel columns times channels.
        const SCALAR *row = rows[ky] + x * inputs;
        for (size_t step = 0; step < kernel * inputs; step++, weights += BBCU_FLOAT_BLOCK) {
            NAME(vector) weight[VECTORS];
            for (size_t v = 0; v < VECTORS; v++) weight[v] = *(const NAME(vector) *)(weights + v * LANES);
            for (size_t pixel = 0; pixel < count; pixel++) {
                const NAME(vector) value = row[pixel * inputs + step] - (NAME(vector)){0};
                for (size_t v = 0; v < VECTORS; v++) sum[pixel][v] = FMA(value, weight[v], sum[pixel][v]);
            }
        }
    }
    for (size_t pixel = 0; pixel < count; pixel++)
        for (size_t v = 0; v < VECTORS; v++)
            *(NAME(vector) *)(sums + pixel * BBCU_FLOAT_BLOCK + v * LANES) = sum[pixel][v];
}

#if PAIR_TILE > 0
// PAIR_TILE neighbouring pixels, two blocks of outputs, whose weights lie `next` apart.
static inline __attribute__((always_inline)) void NAME(pair)(const bbcu_geometry *g, const SCALAR *const *rows, size_t x,
                                                             const SCALAR *weights, size_t next, const SCALAR *bias,
                                                             SCALAR *output, const size_t count,
                                                             const size_t kernel, const size_t inputs) {
    NAME(vector) sum[PAIR_TILE][2][VECTORS];
    UNROLL for (size_t pixel = 0; pixel < count; pixel++)
        UNROLL for (size_t b = 0; b < 2; b++)
            UNROLL for (size_t v = 0; v < VECTORS; v++)
                sum[pixel][b][v] = *(const NAME(vector) *)(bias + b * BBCU_FLOAT_BLOCK + v * LANES);
    for (size_t ky = 0; ky < kernel; ky++) {
        const SCALAR *row = rows[ky] + x * inputs;
        for (size_t step = 0; step < kernel * inputs; step++, weights += BBCU_FLOAT_BLOCK) {
            NAME(vector) weight[2][VECTORS];
            UNROLL for (size_t b = 0; b < 2; b++)
                UNROLL for (size_t v = 0; v < VECTORS; v++)
                    weight[b][v] = *(const NAME(vector) *)(weights + b * next + v * LANES);
            UNROLL for (size_t pixel = 0; pixel < count; pixel++) {
                const NAME(vector) value = row[pixel * inputs + step] - (NAME(vector)){0};
                UNROLL for (size_t b = 0; b < 2; b++)
                    UNROLL for (size_t v = 0; v < VECTORS; v++)
                        sum[pixel][b][v] = FMA(value, weight[b][v], sum[pixel][b][v]);
            }
        }
    }
    UNROLL for (size_t pixel = 0; pixel < count; pixel++)
        UNROLL for (size_t b = 0; b < 2; b++)
            UNROLL for (size_t v = 0; v < VECTORS; v++)
                *(NAME(vector) *)(output + pixel * g->outputs + b * BBCU_FLOAT_BLOCK + v * LANES) = sum[pixel][b][v];
}

// The same for a row; returns how many outputs are done.
static inline __attribute__((always_inline)) size_t NAME(pairs)(const bbcu_geometry *g, const SCALAR *const *rows,
                                                                const SCALAR *weights, const SCALAR *bias,
                                                                size_t first, size_t end, SCALAR *output,
                                                                const size_t kernel, const size_t inputs) {
    const size_t next = kernel * kernel * inputs * BBCU_FLOAT_BLOCK;
    size_t start = 0;
    for (; start + 2 * BBCU_FLOAT_BLOCK <= g->outputs; start += 2 * BBCU_FLOAT_BLOCK, weights += 2 * next) {
        size_t x = first;
        for (; x + PAIR_TILE <= end; x += PAIR_TILE)
            NAME(pair)(g, rows, x, weights, next, bias + start, output + x * g->outputs + start, PAIR_TILE, kernel,
                       inputs);
        // The last tile overlaps the one before it: the same values once more are cheaper than single pixels.
        if (x < end && end - first >= PAIR_TILE) {
            x = end - PAIR_TILE;
            NAME(pair)(g, rows, x, weights, next, bias + start, output + x * g->outputs + start, PAIR_TILE, kernel,
                       inputs);
            x = end;
        }
        for (; x < end; x++)
            NAME(pair)(g, rows, x, weights, next, bias + start, output + x * g->outputs + start, 1, kernel, inputs);
    }
    return start;
}
#endif

// Where partial sums are added up too, a pixel needs twice the registers, as it does for two blocks of outputs.
#define BOUNDED_TILE (PAIR_TILE > 0 ? PAIR_TILE : TILE / 2)

// `count` neighbouring pixels of a row from x on, one block of outputs, with the sums of |partial sum|.
static inline __attribute__((always_inline)) void NAME(bounded_tile)(size_t kernel, size_t inputs,
                                                                     const SCALAR *const *rows, size_t x,
                                                                     const SCALAR *weights, const SCALAR *bias,
                                                                     SCALAR *sums, SCALAR *magnitudes,
                                                                     const size_t count) {
    NAME(vector) sum[BOUNDED_TILE][VECTORS];
    NAME(vector) magnitude[BOUNDED_TILE][VECTORS];
    UNROLL for (size_t pixel = 0; pixel < count; pixel++) {
        UNROLL for (size_t v = 0; v < VECTORS; v++) {
            sum[pixel][v] = *(const NAME(vector) *)(bias + v * LANES);
            magnitude[pixel][v] = (NAME(vector)){0};
        }
    }
    for (size_t ky = 0; ky < kernel; ky++) {
        const SCALAR *row = rows[ky] + x * inputs;
        for (size_t step = 0; step < kernel * inputs; step++, weights += BBCU_FLOAT_BLOCK) {
            NAME(vector) weight[VECTORS];
            UNROLL for (size_t v = 0; v < VECTORS; v++) weight[v] = *(const NAME(vector) *)(weights + v * LANES);
            UNROLL for (size_t pixel = 0; pixel < count; pixel++) {
                const NAME(vector) value = row[pixel * inputs + step] - (NAME(vector)){0};
                UNROLL for (size_t v = 0; v < VECTORS; v++) {
                    sum[pixel][v] = FMA(value, weight[v], sum[pixel][v]);
                    magnitude[pixel][v] += __builtin_elementwise_abs(sum[pixel][v]);
                }
            }
        }
    }
    UNROLL for (size_t pixel = 0; pixel < count; pixel++) {
        UNROLL for (size_t v = 0; v < VECTORS; v++) {
            *(NAME(vector) *)(sums + pixel * BBCU_FLOAT_BLOCK + v * LANES) = sum[pixel][v];
            *(NAME(vector) *)(magnitudes + pixel * BBCU_FLOAT_BLOCK + v * LANES) = magnitude[pixel][v];
        }
    }
}

// Pixels [first, end) of one row of outputs.
static inline __attribute__((always_inline)) void NAME(pixels)(const bbcu_geometry *g, const SCALAR *const *rows,
                                                               const SCALAR *weights, const SCALAR *bias, size_t first,
                                                               size_t end, SCALAR *output, SCALAR *magnitudes,
                                                               const int bounded) {
    const size_t blocks = (g->outputs + BBCU_FLOAT_BLOCK - 1) / BBCU_FLOAT_BLOCK;
    const size_t block_weights = g->kernel * g->kernel * g->inputs * BBCU_FLOAT_BLOCK;
    SCALAR sums[TILE * BBCU_FLOAT_BLOCK];
    SCALAR bounds[TILE * BBCU_FLOAT_BLOCK];
    size_t done = 0;
#if PAIR_TILE > 0
    // The usual filter with constants, which become part of the addresses.
    if (!bounded && g->kernel == 3 && g->inputs == 64)
        done = NAME(pairs)(g, rows, weights, bias, first, end, output, 3, 64);
    else if (!bounded)
        done = NAME(pairs)(g, rows, weights, bias, first, end, output, g->kernel, g->inputs);
#endif
    for (size_t block = done / BBCU_FLOAT_BLOCK; block < blocks; block++) {
        const size_t start = block * BBCU_FLOAT_BLOCK;
        const size_t rest = g->outputs - start;
        const size_t used = rest < BBCU_FLOAT_BLOCK ? rest : BBCU_FLOAT_BLOCK;
        const SCALAR *w = weights + block * block_weights;
        const size_t tile = bounded ? BOUNDED_TILE : TILE;
        size_t count;
        for (size_t x = first; x < end; x += count) {
            // The last tile overlaps the one before it: the same values once more are cheaper than single pixels.
            count = end - first >= tile ? tile : 1;
            if (count == tile && end - x < tile) x = end - tile;
            if (bounded && count == BOUNDED_TILE)
                NAME(bounded_tile)(g->kernel, g->inputs, rows, x, w, bias + start, sums, bounds, BOUNDED_TILE);
            else if (bounded)
                NAME(bounded_tile)(g->kernel, g->inputs, rows, x, w, bias + start, sums, bounds, 1);
            else if (count == TILE)
                NAME(tile)(g->kernel, g->inputs, rows, x, w, bias + start, sums, TILE);
            else
                NAME(tile)(g->kernel, g->inputs, rows, x, w, bias + start, sums, 1);
            for (size_t pixel = 0; pixel < count; pixel++) {
                const size_t at = (x + pixel) * g->outputs + start;
                __builtin_memcpy(output + at, sums + pixel * BBCU_FLOAT_BLOCK, used * sizeof *output);
                if (bounded)
                    __builtin_memcpy(magnitudes + at, bounds + pixel * BBCU_FLOAT_BLOCK, used * sizeof *output);
            }
        }
    }
}

static void NAME(convolution)(const bbcu_geometry *g, const SCALAR *input, const SCALAR *weights, const SCALAR *bias,
                              SCALAR *output, SCALAR *magnitudes) {
    const size_t row_stride = (g->width + g->kernel - 1) * g->inputs;
    const SCALAR *rows[BBCU_MAX_KERNEL];
    for (size_t y = g->first_row; y < g->end_row; y++) {
        for (size_t ky = 0; ky < g->kernel; ky++) rows[ky] = input + (y + ky) * row_stride;
        SCALAR *out = output + y * g->width * g->outputs;
        if (magnitudes)
            NAME(pixels)(g, rows, weights, bias, 0, g->width, out, magnitudes + y * g->width * g->outputs, 1);
        else
            NAME(pixels)(g, rows, weights, bias, 0, g->width, out, NULL, 0);
    }
}

#undef BOUNDED_TILE
#undef UNROLL
#undef VECTORS

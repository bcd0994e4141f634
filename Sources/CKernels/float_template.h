// Direct convolutions, for a scalar type and a vector width given by the including file:
//   SCALAR, LANES, TILE (pixels that share a load of weights), FMA(a, b, c), NAME(suffix)
// No include guard: a kernel file includes this once for float and once for double.
// Every output is one lane, so the width changes which outputs are computed together and nothing else.

#pragma STDC FP_CONTRACT OFF

typedef SCALAR NAME(vector) __attribute__((vector_size(LANES * sizeof(SCALAR)), aligned(sizeof(SCALAR)), may_alias));

#define VECTORS (BBCU_FLOAT_BLOCK / LANES)

// `count` neighbouring pixels of a row from x on, one block of outputs.
static inline __attribute__((always_inline)) void NAME(tile)(size_t kernel, size_t inputs, const SCALAR *const *rows,
                                                             size_t x, const SCALAR *weights, const SCALAR *bias,
                                                             SCALAR *sums, SCALAR *magnitudes, const size_t count) {
    NAME(vector) sum[TILE][VECTORS];
    NAME(vector) magnitude[TILE][VECTORS];
    for (size_t pixel = 0; pixel < count; pixel++) {
        for (size_t v = 0; v < VECTORS; v++) {
            sum[pixel][v] = *(const NAME(vector) *)(bias + v * LANES);
            magnitude[pixel][v] = (NAME(vector)){0};
        }
    }
    for (size_t ky = 0; ky < kernel; ky++) {
        // A row of taps is contiguous in the input: kernel columns times channels.
        const SCALAR *row = rows[ky] + x * inputs;
        for (size_t step = 0; step < kernel * inputs; step++, weights += BBCU_FLOAT_BLOCK) {
            NAME(vector) weight[VECTORS];
            for (size_t v = 0; v < VECTORS; v++) weight[v] = *(const NAME(vector) *)(weights + v * LANES);
            for (size_t pixel = 0; pixel < count; pixel++) {
                const NAME(vector) value = (NAME(vector)){0} + row[pixel * inputs + step];
                for (size_t v = 0; v < VECTORS; v++) {
                    sum[pixel][v] = FMA(value, weight[v], sum[pixel][v]);
                    if (magnitudes) magnitude[pixel][v] += __builtin_elementwise_abs(sum[pixel][v]);
                }
            }
        }
    }
    for (size_t pixel = 0; pixel < count; pixel++) {
        for (size_t v = 0; v < VECTORS; v++) {
            *(NAME(vector) *)(sums + pixel * BBCU_FLOAT_BLOCK + v * LANES) = sum[pixel][v];
            if (magnitudes)
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
    for (size_t block = 0; block < blocks; block++) {
        const size_t start = block * BBCU_FLOAT_BLOCK;
        const size_t rest = g->outputs - start;
        const size_t used = rest < BBCU_FLOAT_BLOCK ? rest : BBCU_FLOAT_BLOCK;
        const SCALAR *w = weights + block * block_weights;
        SCALAR *m = bounded ? bounds : NULL;
        size_t count;
        for (size_t x = first; x < end; x += count) {
            // The last tile overlaps the one before it: the same values once more are cheaper than single pixels.
            count = end - first >= TILE ? TILE : 1;
            if (count == TILE && end - x < TILE) x = end - TILE;
            if (count == TILE)
                NAME(tile)(g->kernel, g->inputs, rows, x, w, bias + start, sums, m, TILE);
            else
                NAME(tile)(g->kernel, g->inputs, rows, x, w, bias + start, sums, m, 1);
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

#undef VECTORS

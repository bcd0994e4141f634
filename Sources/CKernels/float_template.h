// One direct convolution, for a scalar type and a vector width given by the including file:
//   SCALAR, LANES, TILE (pixels that share a load of weights), FMA(a, b, c), NAME(suffix)
// No include guard: a kernel file includes this once for float and once for double.
// Every output is one lane, so the width changes which outputs are computed together and nothing else.

#pragma STDC FP_CONTRACT OFF

typedef SCALAR NAME(vector) __attribute__((vector_size(LANES * sizeof(SCALAR)), aligned(sizeof(SCALAR)), may_alias));

#define VECTORS (BBCU_FLOAT_BLOCK / LANES)

static inline __attribute__((always_inline)) NAME(vector) NAME(magnitude)(NAME(vector) value) {
    return __builtin_elementwise_abs(value);
}

// `count` neighbouring pixels of a row, one block of outputs.
static inline __attribute__((always_inline)) void NAME(tile)(const bbcu_geometry *g, const SCALAR *input,
                                                             const SCALAR *weights, const SCALAR *bias, SCALAR *sums,
                                                             SCALAR *magnitudes, const size_t count) {
    const size_t row_stride = (g->width + g->kernel - 1) * g->inputs;
    NAME(vector) sum[TILE][VECTORS];
    NAME(vector) magnitude[TILE][VECTORS];
    for (size_t pixel = 0; pixel < count; pixel++) {
        for (size_t v = 0; v < VECTORS; v++) {
            sum[pixel][v] = *(const NAME(vector) *)(bias + v * LANES);
            magnitude[pixel][v] = (NAME(vector)){0};
        }
    }
    for (size_t ky = 0; ky < g->kernel; ky++) {
        // A row of taps is contiguous in the input: kernel columns times channels.
        const SCALAR *row = input + ky * row_stride;
        for (size_t step = 0; step < g->kernel * g->inputs; step++, weights += BBCU_FLOAT_BLOCK) {
            NAME(vector) weight[VECTORS];
            for (size_t v = 0; v < VECTORS; v++) weight[v] = *(const NAME(vector) *)(weights + v * LANES);
            for (size_t pixel = 0; pixel < count; pixel++) {
                const NAME(vector) value = (NAME(vector)){0} + row[pixel * g->inputs + step];
                for (size_t v = 0; v < VECTORS; v++) {
                    sum[pixel][v] = FMA(value, weight[v], sum[pixel][v]);
                    if (magnitudes) magnitude[pixel][v] += NAME(magnitude)(sum[pixel][v]);
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

static inline __attribute__((always_inline)) void NAME(rows)(const bbcu_geometry *g, const SCALAR *input,
                                                             const SCALAR *weights, const SCALAR *bias, SCALAR *output,
                                                             SCALAR *magnitudes, const int bounded) {
    const size_t blocks = (g->outputs + BBCU_FLOAT_BLOCK - 1) / BBCU_FLOAT_BLOCK;
    const size_t block_weights = g->kernel * g->kernel * g->inputs * BBCU_FLOAT_BLOCK;
    const size_t row_stride = (g->width + g->kernel - 1) * g->inputs;
    SCALAR sums[TILE * BBCU_FLOAT_BLOCK];
    SCALAR bounds[TILE * BBCU_FLOAT_BLOCK];
    for (size_t y = g->first_row; y < g->end_row; y++) {
        for (size_t block = 0; block < blocks; block++) {
            const size_t first = block * BBCU_FLOAT_BLOCK;
            const size_t rest = g->outputs - first;
            const size_t used = rest < BBCU_FLOAT_BLOCK ? rest : BBCU_FLOAT_BLOCK;
            size_t count;
            for (size_t x = 0; x < g->width; x += count) {
                const SCALAR *corner = input + y * row_stride + x * g->inputs;
                const SCALAR *w = weights + block * block_weights;
                SCALAR *m = bounded ? bounds : NULL;
                count = g->width - x >= TILE ? TILE : 1;
                if (count == TILE)
                    NAME(tile)(g, corner, w, bias + first, sums, m, TILE);
                else
                    NAME(tile)(g, corner, w, bias + first, sums, m, 1);
                for (size_t pixel = 0; pixel < count; pixel++) {
                    const size_t at = (y * g->width + x + pixel) * g->outputs + first;
                    for (size_t o = 0; o < used; o++) {
                        output[at + o] = sums[pixel * BBCU_FLOAT_BLOCK + o];
                        if (bounded) magnitudes[at + o] = bounds[pixel * BBCU_FLOAT_BLOCK + o];
                    }
                }
            }
        }
    }
}

static void NAME(convolution)(const bbcu_geometry *g, const SCALAR *input, const SCALAR *weights, const SCALAR *bias,
                              SCALAR *output, SCALAR *magnitudes) {
    if (magnitudes)
        NAME(rows)(g, input, weights, bias, output, magnitudes, 1);
    else
        NAME(rows)(g, input, weights, bias, output, NULL, 0);
}

#undef VECTORS

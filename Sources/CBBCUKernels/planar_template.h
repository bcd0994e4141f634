// A convolution to a few outputs, whose lanes are neighbouring pixels: LANES, PLANAR_TILE (vectors of pixels, of which
// BBCU_PLANAR_PIXELS are a multiple), FMA(a, b, c), NAME(suffix). Each output takes its fused multiply-adds in the order
// kernel row, kernel column, input, as float_template.h does, and so has the same bits.
// A row's channels are turned into planes right before all rows of outputs that read it take their part of it, so that
// the planes never leave the first cache.

#pragma STDC FP_CONTRACT OFF

// Eight channels of eight pixels.
static inline __attribute__((always_inline)) void NAME(transpose)(const float *in, size_t channels, float *out) {
    typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));
    eight a[8], b[8];
    for (size_t i = 0; i < 8; i++) a[i] = *(const eight *)(in + i * channels);
    for (size_t i = 0; i < 8; i += 2) {
        b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (size_t i = 0; i < 8; i += 4) {
        for (size_t j = 0; j < 2; j++) {
            a[i + j] = __builtin_shufflevector(b[i + j], b[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            a[i + j + 2] = __builtin_shufflevector(b[i + j], b[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        *(eight *)(out + i * BBCU_PLANAR_STRIDE) = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(eight *)(out + (i + 4) * BBCU_PLANAR_STRIDE) =
            __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

// Channels innermost to planes, in groups of eight pixels of which the last may overlap.
static void NAME(to_planes)(const float *row, size_t channels, size_t pixels, float *planes) {
    for (size_t group = 0; group < pixels; group += 8) {
        const size_t x = group + 8 <= pixels ? group : pixels < 8 ? 0 : pixels - 8, count = pixels < 8 ? pixels : 8;
        size_t c = 0;
        for (; count == 8 && c + 8 <= channels; c += 8)
            NAME(transpose)(row + x * channels + c, channels, planes + c * BBCU_PLANAR_STRIDE + x);
        for (; c < channels; c++)
            for (size_t i = 0; i < count; i++) planes[c * BBCU_PLANAR_STRIDE + x + i] = row[(x + i) * channels + c];
    }
}

// One kernel row's part of the sums of a tile.
static inline __attribute__((always_inline)) void NAME(planar_tile)(const bbcu_geometry *g, const float *planes,
                                                                    const float *weights, float *sums,
                                                                    const size_t outputs) {
    NAME(reals) sum[BBCU_PLANAR_OUTPUTS][PLANAR_TILE];
    for (size_t o = 0; o < outputs; o++)
        for (size_t v = 0; v < PLANAR_TILE; v++)
            sum[o][v] = *(const NAME(reals) *)(sums + o * BBCU_PLANAR_STRIDE + v * LANES);
    for (size_t kx = 0; kx < g->kernel; kx++) {
        const float *plane = planes + kx;
        for (size_t input = 0; input < g->inputs; input++, weights += BBCU_PLANAR_OUTPUTS, plane += BBCU_PLANAR_STRIDE) {
            for (size_t v = 0; v < PLANAR_TILE; v++) {
                const NAME(reals) value = *(const NAME(reals) *)(plane + v * LANES);
                for (size_t o = 0; o < outputs; o++) sum[o][v] = FMA(value, weights[o] - (NAME(reals)){0}, sum[o][v]);
            }
        }
    }
    for (size_t o = 0; o < outputs; o++)
        for (size_t v = 0; v < PLANAR_TILE; v++)
            *(NAME(reals) *)(sums + o * BBCU_PLANAR_STRIDE + v * LANES) = sum[o][v];
}

// One kernel row's part of the sums of a row.
static void NAME(planar_row)(const bbcu_geometry *g, const float *planes, size_t pixels, const float *weights,
                             float *sums) {
    for (size_t x = 0; x < pixels; x += PLANAR_TILE * LANES) {
        if (g->outputs == 1)
            NAME(planar_tile)(g, planes + x, weights, sums + x, 1);
        else if (g->outputs == 3)
            NAME(planar_tile)(g, planes + x, weights, sums + x, 3);
        else
            NAME(planar_tile)(g, planes + x, weights, sums + x, BBCU_PLANAR_OUTPUTS);
    }
}

static void NAME(planar_rows)(const bbcu_geometry *g, const bbcu_rows *rows, const float *weights, const float *bias,
                              size_t first, size_t end, float *sums) {
    const size_t height = g->end_row - g->first_row, row_sums = BBCU_PLANAR_OUTPUTS * BBCU_PLANAR_STRIDE;
    float *const planes = sums + BBCU_PLANAR_ROWS * row_sums;
    for (size_t i = 0; i < height * BBCU_PLANAR_OUTPUTS; i++)
        for (size_t x = 0; x < BBCU_PLANAR_STRIDE; x++)
            sums[i * BBCU_PLANAR_STRIDE + x] = bias[i % BBCU_PLANAR_OUTPUTS];
    for (size_t y = 0; y < height + g->kernel - 1; y++) {
        NAME(to_planes)(rows->row[y] + first * g->inputs, g->inputs, end - first + g->kernel - 1, planes);
        NAME(prefetch)(rows->row[y], end * g->inputs, BBCU_PLANAR_PIXELS * g->inputs);
        for (size_t ky = 0; ky < g->kernel && ky <= y; ky++) {
            if (y - ky >= height) continue;
            NAME(planar_row)(g, planes, end - first, weights + ky * g->kernel * g->inputs * BBCU_PLANAR_OUTPUTS,
                             sums + (y - ky) * row_sums);
        }
    }
}

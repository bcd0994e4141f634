// A convolution to a few outputs, whose lanes are neighbouring pixels: LANES, PLANAR_TILE (vectors of pixels),
// FMA(a, b, c), NAME(suffix). Each output takes its fused multiply-adds in the order kernel row, kernel column, input,
// as float_template.h does, and so has the same bits.

#pragma STDC FP_CONTRACT OFF

typedef float NAME(pixels) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

static inline __attribute__((always_inline)) void NAME(planar_tile)(const bbcu_geometry *g, const float *const *rows,
                                                                    size_t stride, size_t x, const float *weights,
                                                                    const float *bias, float *output,
                                                                    size_t output_stride, const size_t outputs) {
    NAME(pixels) sum[BBCU_PLANAR_OUTPUTS][PLANAR_TILE];
    for (size_t o = 0; o < outputs; o++)
        for (size_t v = 0; v < PLANAR_TILE; v++) sum[o][v] = (NAME(pixels)){0} + bias[o];
    for (size_t ky = 0; ky < g->kernel; ky++) {
        for (size_t kx = 0; kx < g->kernel; kx++) {
            const float *plane = rows[ky] + x + kx;
            for (size_t input = 0; input < g->inputs; input++, plane += stride, weights += BBCU_PLANAR_OUTPUTS) {
                for (size_t v = 0; v < PLANAR_TILE; v++) {
                    const NAME(pixels) value = *(const NAME(pixels) *)(plane + v * LANES);
                    for (size_t o = 0; o < outputs; o++)
                        sum[o][v] = FMA(value, weights[o] - (NAME(pixels)){0}, sum[o][v]);
                }
            }
        }
    }
    for (size_t o = 0; o < outputs; o++)
        for (size_t v = 0; v < PLANAR_TILE; v++) *(NAME(pixels) *)(output + o * output_stride + v * LANES) = sum[o][v];
}

// Pixels from `first` to at least `end`, which rows and output have room for.
static void NAME(planar_row)(const bbcu_geometry *g, const bbcu_rows *r, size_t stride, const float *weights,
                             const float *bias, size_t first, size_t end, float *output, size_t output_stride) {
    const float *const *rows = r->row;
    for (size_t x = first; x < end; x += PLANAR_TILE * LANES) {
        float *out = output + (x - first);
        if (g->outputs == 1)
            NAME(planar_tile)(g, rows, stride, x, weights, bias, out, output_stride, 1);
        else if (g->outputs == 3)
            NAME(planar_tile)(g, rows, stride, x, weights, bias, out, output_stride, 3);
        else
            NAME(planar_tile)(g, rows, stride, x, weights, bias, out, output_stride, BBCU_PLANAR_OUTPUTS);
    }
}

// Channels innermost to planes.
static void NAME(to_planes)(const float *row, size_t channels, size_t first, size_t end, float *planes,
                            size_t stride) {
    size_t x = first;
    for (; x + 8 <= end; x += 8) {
        size_t c = 0;
        for (; c + 8 <= channels; c += 8) {
            const float *in = row + x * channels + c;
            float *out = planes + c * stride + x;
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
                *(eight *)(out + i * stride) = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
                *(eight *)(out + (i + 4) * stride) =
                    __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
            }
        }
        for (; c < channels; c++)
            for (size_t i = 0; i < 8; i++) planes[c * stride + x + i] = row[(x + i) * channels + c];
    }
    for (; x < end; x++)
        for (size_t c = 0; c < channels; c++) planes[c * stride + x] = row[x * channels + c];
}

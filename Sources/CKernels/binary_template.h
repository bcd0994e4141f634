// The 1-bit convolution, for a number of 64-bit lanes given by the including file: LANES, NAME(suffix).
// Sums are integers, so neither the width nor the order can change a result.

typedef uint64_t NAME(words) __attribute__((vector_size(LANES * 8), aligned(8), may_alias));

#define VECTORS (BBCU_BINARY_BLOCK / LANES)

// One pixel, one block of outputs: adds matches minus mismatches over the taps.
static inline __attribute__((always_inline)) void NAME(pixel)(const bbcu_geometry *g, const bbcu_binary_planes *p,
                                                              size_t words, size_t corner, size_t block,
                                                              int32_t sums[BBCU_BINARY_BLOCK], const int masked) {
    const size_t row_words = (g->width + g->kernel - 1) * words;
    const size_t taps = g->kernel * g->kernel * words;
    const uint64_t *weight = p->weight_signs + block * taps * BBCU_BINARY_BLOCK;
    const uint64_t *weight_valid = p->weight_valid + block * taps * BBCU_BINARY_BLOCK;
    NAME(words) different[VECTORS];
    NAME(words) counted[VECTORS];
    for (size_t v = 0; v < VECTORS; v++) different[v] = counted[v] = (NAME(words)){0};
    size_t tap = 0;
    for (size_t ky = 0; ky < g->kernel; ky++) {
        const size_t row = corner * words + ky * row_words;
        for (size_t step = 0; step < g->kernel * words; step++, tap += BBCU_BINARY_BLOCK) {
            const NAME(words) sign = (NAME(words)){0} + p->signs[row + step];
            const NAME(words) valid = (NAME(words)){0} + p->valid[row + step];
            for (size_t v = 0; v < VECTORS; v++) {
                const NAME(words) mask = valid & *(const NAME(words) *)(weight_valid + tap + v * LANES);
                NAME(words) mismatch = sign ^ *(const NAME(words) *)(weight + tap + v * LANES);
                if (masked) {
                    mismatch &= mask;
                    counted[v] += __builtin_elementwise_popcount(mask);
                }
                different[v] += __builtin_elementwise_popcount(mismatch);
            }
        }
    }
    const int32_t all = (int32_t)(g->kernel * g->kernel * g->inputs);
    for (size_t v = 0; v < VECTORS; v++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const int32_t count = masked ? (int32_t)counted[v][lane] : all;
            sums[v * LANES + lane] = count - 2 * (int32_t)different[v][lane];
        }
    }
}

// Whether any pixel under the filter has a channel without a sign.
static inline int NAME(sees_zero)(const bbcu_geometry *g, const uint8_t *has_zero, size_t corner) {
    const size_t row_pixels = g->width + g->kernel - 1;
    unsigned any = 0;
    for (size_t ky = 0; ky < g->kernel; ky++)
        for (size_t kx = 0; kx < g->kernel; kx++) any |= has_zero[corner + ky * row_pixels + kx];
    return any != 0;
}

static void NAME(binary_convolution)(const bbcu_geometry *g, const bbcu_binary_planes *p, int32_t *sums) {
    const size_t words = (g->inputs + 63) / 64;
    const size_t blocks = (g->outputs + BBCU_BINARY_BLOCK - 1) / BBCU_BINARY_BLOCK;
    const size_t row_pixels = g->width + g->kernel - 1;
    int32_t tile[BBCU_BINARY_BLOCK];
    for (size_t y = g->first_row; y < g->end_row; y++) {
        for (size_t x = 0; x < g->width; x++) {
            const size_t corner = y * row_pixels + x;
            const int masked = p->weights_have_zero || NAME(sees_zero)(g, p->has_zero, corner);
            int32_t *out = sums + (y * g->width + x) * g->outputs;
            for (size_t block = 0; block < blocks; block++) {
                if (masked)
                    NAME(pixel)(g, p, words, corner, block, tile, 1);
                else
                    NAME(pixel)(g, p, words, corner, block, tile, 0);
                const size_t first = block * BBCU_BINARY_BLOCK;
                for (size_t o = 0; o < BBCU_BINARY_BLOCK && first + o < g->outputs; o++) out[first + o] = tile[o];
            }
        }
    }
}

#undef VECTORS

// 3x3 convolutions by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, Fast Algorithms for Convolutional Neural
// Networks, 2016): 4x4 outputs of one tile from 6x6 products. The polynomials are evaluated at 0, 1, -1, 1/2, -2 and
// infinity: with 1/2 for the 2 of that paper the error is half as large (Barabasz, Anderson, Soodhalter and
// Gregg, Error Analysis and Improving the Accuracy of Winograd Convolution, 2020, compare such points).
// LANES, FMA(a, b, c), NAME(suffix), WINOGRAD_TILES (tiles that share a load of weights: as many as the registers hold,
// a multiple of 3) and WINOGRAD_VECTORS (vectors of outputs with them). Included after binary_template.h.
// A tile's operations and their order are the same on every machine and wherever the tile lies, so no bit depends on how
// an image is cut as long as the cuts are multiples of 4.

#pragma STDC FP_CONTRACT OFF

#define UNROLL _Pragma("clang loop unroll(full)")
// Outputs of a tile, a side, and inputs under it.
#define TILE BBCU_WINOGRAD_TILE
#define SIDE (TILE + 2)

// B^T d, d being one row or column of a tile's inputs. No term is rounded more than three times, here and below, which
// the bound in WinogradCheck.swift rests on.
static inline __attribute__((always_inline)) void NAME(winograd_input)(const NAME(reals) d[SIDE],
                                                                       NAME(reals) t[SIDE]) {
    const NAME(reals) two = (NAME(reals)){0} + 2, half = (NAME(reals)){0} + 0.5f, middle = (NAME(reals)){0} + 1.5f,
                      large = (NAME(reals)){0} + 2.5f;
    const NAME(reals) odd = d[3] - d[1], even = d[4] - d[2];
    t[0] = FMA(middle, odd, FMA(-two, d[2], d[0] + d[4]));
    t[1] = FMA(large, d[3], FMA(half, d[2], d[4] - d[1]));
    t[2] = FMA(-large, d[2], FMA(half, d[3], d[4] + d[1]));
    t[3] = FMA(two, odd, even);
    t[4] = FMA(-half, odd, even);
    t[5] = FMA(middle, even, FMA(-two, d[3], d[1] + d[5]));
}

// A^T s, s being one row or column of a tile's sums of products.
static inline __attribute__((always_inline)) void NAME(winograd_output)(const NAME(reals) s[SIDE],
                                                                        NAME(reals) y[TILE]) {
    const NAME(reals) eighth = (NAME(reals)){0} + 0.125f, quarter = (NAME(reals)){0} + 0.25f,
                      half = (NAME(reals)){0} + 0.5f, two = (NAME(reals)){0} + 2, four = (NAME(reals)){0} + 4,
                      eight = (NAME(reals)){0} + 8;
    const NAME(reals) even = s[1] + s[2], odd = s[1] - s[2];
    y[0] = (s[0] + even) + (s[3] + s[4]);
    y[1] = FMA(-two, s[4], FMA(half, s[3], odd));
    y[2] = FMA(four, s[4], FMA(quarter, s[3], even));
    y[3] = odd + FMA(-eight, s[4], FMA(eighth, s[3], s[5]));
}

// The inputs of a tile, whose rows begin at `rows` and whose pixels are `depth` apart, transformed: points `step` apart.
static inline __attribute__((always_inline)) void NAME(winograd_transform)(const float *const rows[SIDE], size_t depth,
                                                                           size_t pixel, float *values, size_t step) {
    for (size_t c = 0; c < depth; c += LANES) {
        NAME(reals) columns[SIDE][SIDE];
        UNROLL for (size_t x = 0; x < SIDE; x++) {
            NAME(reals) d[SIDE];
            UNROLL for (size_t y = 0; y < SIDE; y++) d[y] = *(const NAME(reals) *)(rows[y] + x * pixel + c);
            NAME(winograd_input)(d, columns[x]);
        }
        UNROLL for (size_t y = 0; y < SIDE; y++) {
            NAME(reals) d[SIDE], t[SIDE];
            UNROLL for (size_t x = 0; x < SIDE; x++) d[x] = columns[x][y];
            NAME(winograd_input)(d, t);
            UNROLL for (size_t x = 0; x < SIDE; x++)
                *(NAME(reals) *)(values + (y * SIDE + x) * step + c) = t[x];
        }
    }
}

// `count` tiles' sums of products at one point, WINOGRAD_VECTORS vectors of outputs: from `start` on, or added to what
// is there where that is NULL.
static inline __attribute__((always_inline)) void NAME(winograd_products)(const float *values, const size_t depth,
                                                                          const float *weights, const float *start,
                                                                          const size_t inputs, float *sums,
                                                                          const size_t count) {
    NAME(reals) sum[WINOGRAD_TILES][WINOGRAD_VECTORS];
    UNROLL for (size_t tile = 0; tile < count; tile++)
        UNROLL for (size_t v = 0; v < WINOGRAD_VECTORS; v++)
            sum[tile][v] = start ? *(const NAME(reals) *)(start + v * LANES) : (NAME(reals)){0};
    for (size_t input = 0; input < inputs; input++, weights += BBCU_WINOGRAD_BLOCK) {
        NAME(reals) weight[WINOGRAD_VECTORS];
        UNROLL for (size_t v = 0; v < WINOGRAD_VECTORS; v++)
            weight[v] = *(const NAME(reals) *)(weights + v * LANES);
        UNROLL for (size_t tile = 0; tile < count; tile++) {
            const NAME(reals) value = values[tile * depth + input] - (NAME(reals)){0};
            UNROLL for (size_t v = 0; v < WINOGRAD_VECTORS; v++)
                sum[tile][v] = FMA(value, weight[v], sum[tile][v]);
        }
    }
    UNROLL for (size_t tile = 0; tile < count; tile++) {
        UNROLL for (size_t v = 0; v < WINOGRAD_VECTORS; v++) {
            NAME(reals) *const total = (NAME(reals) *)(sums + tile * BBCU_WINOGRAD_BLOCK + v * LANES);
            *total = start ? sum[tile][v] : *total + sum[tile][v];
        }
    }
}

// The same for all inputs, by groups whose sums are added: as many roundings as a group has inputs, and as there are
// groups, in place of as many as there are inputs.
static inline __attribute__((always_inline)) void NAME(winograd_groups)(const float *values, const size_t depth,
                                                                        const float *weights, const float *start,
                                                                        const size_t inputs, const size_t group,
                                                                        float *sums, const size_t count) {
    for (size_t first = 0; first < inputs; first += group) {
        const size_t rest = inputs - first;
        NAME(winograd_products)(values + first, depth, weights + first * BBCU_WINOGRAD_BLOCK, first ? NULL : start,
                                rest < group ? rest : group, sums, count);
    }
}

// The same for all of a chunk's tiles and one block of outputs.
static inline __attribute__((always_inline)) void NAME(winograd_point)(const float *values, const size_t depth,
                                                                       const float *weights, const float *start,
                                                                       const size_t inputs, const size_t group,
                                                                       size_t tiles, float *sums) {
    for (size_t v = 0; v < BBCU_WINOGRAD_BLOCK; v += WINOGRAD_VECTORS * LANES) {
        size_t tile = 0;
        for (; tile + 2 * WINOGRAD_TILES / 3 < tiles; tile += WINOGRAD_TILES)
            NAME(winograd_groups)(values + tile * depth, depth, weights + v, start + v, inputs, group,
                                  sums + tile * BBCU_WINOGRAD_BLOCK + v, WINOGRAD_TILES);
        for (; tile < tiles; tile += WINOGRAD_TILES / 3)
            NAME(winograd_groups)(values + tile * depth, depth, weights + v, start + v, inputs, group,
                                  sums + tile * BBCU_WINOGRAD_BLOCK + v, WINOGRAD_TILES / 3);
    }
}

// What a tile's sums become in LANES outputs: 4x4 pixels, from channel `start` of their group on.
static inline __attribute__((always_inline)) void NAME(winograd_finish)(const bbcu_winograd *w, const bbcu_row *out,
                                                                        size_t group, size_t start, size_t x,
                                                                        size_t height, const float *sums, size_t step,
                                                                        NAME(reals) *not_finite) {
    NAME(reals) columns[SIDE][TILE], y[TILE][TILE];
    UNROLL for (size_t i = 0; i < SIDE; i++) {
        NAME(reals) s[SIDE];
        UNROLL for (size_t j = 0; j < SIDE; j++) s[j] = *(const NAME(reals) *)(sums + (j * SIDE + i) * step);
        NAME(winograd_output)(s, columns[i]);
    }
    UNROLL for (size_t j = 0; j < TILE; j++) {
        NAME(reals) s[SIDE];
        UNROLL for (size_t i = 0; i < SIDE; i++) s[i] = columns[i][j];
        NAME(winograd_output)(s, y[j]);
        UNROLL for (size_t i = 0; i < TILE; i++) {
            *not_finite += y[j][i] - y[j][i];
            y[j][i] = NAME(activated)(y[j][i], w->activation, w->leaky_slope);
        }
    }
    const size_t next = w->factor * w->channels, offset = (x * w->factor + group % w->factor) * w->channels + start;
    const bbcu_row *rows = out + group / w->factor;
    if (height >= TILE && w->width - x >= TILE && w->channels - start >= LANES) {
        UNROLL for (size_t j = 0; j < TILE; j++) {
            float *target = rows[j * w->factor].values + offset;
            UNROLL for (size_t i = 0; i < TILE; i++) *(NAME(reals) *)(target + i * next) = y[j][i];
        }
        return;
    }
    // What lies beyond the image or beyond the channels is dropped.
    const size_t used = w->channels - start < LANES ? w->channels - start : LANES;
    float values[TILE][TILE][LANES];
    UNROLL for (size_t j = 0; j < TILE; j++)
        UNROLL for (size_t i = 0; i < TILE; i++) *(NAME(reals) *)values[j][i] = y[j][i];
    for (size_t j = 0; j < TILE && j < height; j++)
        for (size_t i = 0; i < TILE && i < w->width - x; i++)
            __builtin_memcpy(rows[j * w->factor].values + offset + i * next, values[j][i], used * sizeof(float));
}

// The same for all outputs of a tile within a block of sums.
static inline __attribute__((always_inline)) void NAME(winograd_outputs)(const bbcu_winograd *w, const bbcu_row *out,
                                                                         size_t block, size_t x, size_t height,
                                                                         const float *sums, size_t step,
                                                                         NAME(reals) *not_finite) {
    for (size_t place = 0; place < BBCU_WINOGRAD_BLOCK; place += LANES) {
        const size_t b = block + place / 16, start = b % w->blocks * 16 + place % 16;
        if (b < w->factor * w->factor * w->blocks && start < w->channels)
            NAME(winograd_finish)(w, out, b / w->blocks, start, x, height, sums + place, step, not_finite);
    }
}

// Asks for the memory where the outputs of a tile go.
static inline __attribute__((always_inline)) void NAME(winograd_expect)(const bbcu_winograd *w, const bbcu_row *out,
                                                                        size_t block, size_t x, size_t height) {
    for (size_t b = block; b < block + BBCU_WINOGRAD_BLOCK / 16 && b < w->factor * w->factor * w->blocks; b++) {
        const size_t group = b / w->blocks, start = b % w->blocks * 16;
        for (size_t j = 0; j < height; j++) {
            const float *row = out[group / w->factor + j * w->factor].values;
            for (size_t i = 0; i < TILE && i < w->width - x; i++)
                __builtin_prefetch(row + ((x + i) * w->factor + group % w->factor) * w->channels + start, 1, 2);
        }
    }
}

// Tiles of a row from pixel x on; few enough that all that is in between stays in a core's second cache.
static inline __attribute__((always_inline)) void NAME(winograd_chunk)(const bbcu_winograd *w, const bbcu_rows *rows,
                                                                       const bbcu_row *out, size_t height, size_t x,
                                                                       size_t tiles, NAME(reals) *not_finite,
                                                                       const size_t inputs, const size_t group) {
    const size_t depth = bbcu_winograd_depth(inputs), points = SIDE * SIDE;
    // A cache line more, or the points of a tile would all lie in the same set of the first cache.
    const size_t values_step = BBCU_WINOGRAD_TILES * depth + 16;
    const size_t sums_step = BBCU_WINOGRAD_TILES * BBCU_WINOGRAD_BLOCK + 16;
    float *const values = w->scratch, *const sums = values + points * values_step;
    float *const patch = sums + points * sums_step;
    for (size_t tile = 0; tile < tiles; tile++) {
        const float *tile_rows[SIDE];
        const size_t first = x + tile * TILE;
        const size_t inside = w->width + 2 - first;
        const int is_whole = inside >= SIDE && depth == inputs;
        for (size_t y = 0; y < SIDE; y++) {
            tile_rows[y] = rows->row[y] + first * inputs;
            if (is_whole) continue;
            float *copy = patch + y * SIDE * depth;
            for (size_t i = 0; i < SIDE && i < inside; i++)
                __builtin_memcpy(copy + i * depth, tile_rows[y] + i * inputs, inputs * sizeof *copy);
            for (size_t i = inside; i < SIDE; i++) __builtin_memset(copy + i * depth, 0, inputs * sizeof *copy);
            tile_rows[y] = copy;
        }
        NAME(winograd_transform)(tile_rows, depth, depth, values + tile * depth, values_step);
    }
    static const float zeros[BBCU_WINOGRAD_BLOCK] = {0};
    const size_t blocks = w->factor * w->factor * w->blocks;
    const float *weights = w->weights;
    // A sixth of a row of the next chunk's inputs.
    const size_t part = BBCU_WINOGRAD_TILES * TILE * inputs / SIDE;
    for (size_t block = 0; block < blocks; block += BBCU_WINOGRAD_BLOCK / 16) {
        for (size_t point = 0; point < points; point++, weights += inputs * BBCU_WINOGRAD_BLOCK) {
            // The product of the second row and column goes into every output with the factor 1: the bias starts there.
            const float *start = point == SIDE + 1 ? w->bias + block * 16 : zeros;
            if (block + BBCU_WINOGRAD_BLOCK / 16 >= blocks)
                NAME(prefetch)(rows->row[point / SIDE], (x + tiles * TILE) * inputs + point % SIDE * part, part);
            if (point < tiles) NAME(winograd_expect)(w, out, block, x + point * TILE, height);
            NAME(winograd_point)(values + point * values_step, depth, weights, start, inputs, group, tiles,
                                 sums + point * sums_step);
        }
        for (size_t tile = 0; tile < tiles; tile++)
            NAME(winograd_outputs)(w, out, block, x + tile * TILE, height, sums + tile * BBCU_WINOGRAD_BLOCK, sums_step,
                                   not_finite);
    }
}

static inline __attribute__((always_inline)) int NAME(winograd_tiles)(const bbcu_winograd *given,
                                                                      const bbcu_rows *rows, const bbcu_row *out,
                                                                      size_t height, size_t first, size_t end,
                                                                      const size_t inputs, const size_t group) {
    // A copy that no store can change, so that nothing is loaded twice.
    const bbcu_winograd winograd = *given;
    NAME(reals) not_finite = {0};
    size_t tiles;
    for (size_t x = first; x < end; x += tiles * TILE) {
        tiles = (end - x + TILE - 1) / TILE;
        if (tiles > BBCU_WINOGRAD_TILES) tiles = BBCU_WINOGRAD_TILES;
        NAME(winograd_chunk)(&winograd, rows, out, height, x, tiles, &not_finite, inputs, group);
    }
    float total = 0;
    for (size_t lane = 0; lane < LANES; lane++) total += not_finite[lane];
    return total == 0;
}

static int NAME(winograd_row)(const bbcu_winograd *w, const bbcu_rows *rows, const bbcu_row *out, size_t height,
                              size_t first, size_t end) {
    // The usual filter with constants, which become part of the addresses.
    if (w->inputs == 64 && w->group == 16) return NAME(winograd_tiles)(w, rows, out, height, first, end, 64, 16);
    return NAME(winograd_tiles)(w, rows, out, height, first, end, w->inputs, w->group);
}

#undef SIDE
#undef TILE
#undef UNROLL

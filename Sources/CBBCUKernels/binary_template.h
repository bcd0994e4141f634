// The 1-bit convolution, for a vector of BYTES given by the including file: LANES of 32 bits, NAME(suffix),
// BINARY_TILE (pixels that share a load of weights), POPCOUNT_LANES (whether the machine counts the ones of a 32-bit
// lane at once; otherwise they are counted in bytes, and added up when a byte could overflow).
// Sums are integers, so neither the width nor the order can change a result.

typedef uint32_t NAME(words) __attribute__((vector_size(BYTES), aligned(4), may_alias));
typedef uint8_t NAME(bytes) __attribute__((vector_size(BYTES), aligned(1), may_alias));
typedef int32_t NAME(sums) __attribute__((vector_size(BYTES), aligned(4), may_alias));

#define VECTORS (BBCU_BINARY_BLOCK / LANES)
// A byte holds the ones of so many words.
#define BYTE_STEPS 31

static inline __attribute__((always_inline)) NAME(words) NAME(count)(NAME(words) total, NAME(words) bits) {
    if (POPCOUNT_LANES) return total + __builtin_elementwise_popcount(bits);
    return (NAME(words))((NAME(bytes))total + __builtin_elementwise_popcount((NAME(bytes))bits));
}

// The counts of a lane.
static inline __attribute__((always_inline)) NAME(words) NAME(widened)(NAME(words) counts) {
    if (POPCOUNT_LANES) return counts;
    const NAME(words) pairs = (counts & 0x00ff00ff) + ((counts >> 8) & 0x00ff00ff);
    return (pairs & 0xffff) + (pairs >> 16);
}

// `count` neighbouring pixels from x on, one block of outputs: matches minus mismatches over the taps.
// kernel and words are the filter's, as constants where the caller knows them: its loops are then unrolled.
static inline __attribute__((always_inline)) void NAME(binary_tile)(const bbcu_binary_rows *r, size_t x, size_t block,
                                                                    NAME(sums) sums[BINARY_TILE][VECTORS],
                                                                    const size_t count, const int masked,
                                                                    const size_t kernel, const size_t words) {
    const size_t row_steps = kernel * words;
    const size_t offset = block * kernel * row_steps * BBCU_BINARY_BLOCK;
    const bbcu_word *weight = r->weight_signs + offset;
    const bbcu_word *weight_valid = r->weight_valid + offset;
    NAME(words) different[BINARY_TILE][VECTORS], counted[BINARY_TILE][VECTORS];
    NAME(words) different_total[BINARY_TILE][VECTORS], counted_total[BINARY_TILE][VECTORS];
    for (size_t p = 0; p < count; p++)
        for (size_t v = 0; v < VECTORS; v++)
            different[p][v] = counted[p][v] = different_total[p][v] = counted_total[p][v] = (NAME(words)){0};
    size_t since = 0;
    for (size_t ky = 0; ky < kernel; ky++) {
        const bbcu_word *sign = (const bbcu_word *)r->signs[ky] + x * words;
        const bbcu_word *valid = (const bbcu_word *)r->valid[ky] + x * words;
        size_t next;
        for (size_t step = 0; step < row_steps; step = next) {
            next = POPCOUNT_LANES || row_steps - step < BYTE_STEPS ? row_steps : step + BYTE_STEPS;
            if (!POPCOUNT_LANES && since + (next - step) > BYTE_STEPS) {
                for (size_t p = 0; p < count; p++) {
                    for (size_t v = 0; v < VECTORS; v++) {
                        different_total[p][v] += NAME(widened)(different[p][v]);
                        counted_total[p][v] += NAME(widened)(counted[p][v]);
                        different[p][v] = counted[p][v] = (NAME(words)){0};
                    }
                }
                since = 0;
            }
            since += next - step;
            for (size_t s = step; s < next; s++, weight += BBCU_BINARY_BLOCK, weight_valid += BBCU_BINARY_BLOCK) {
                for (size_t v = 0; v < VECTORS; v++) {
                    const NAME(words) w = *(const NAME(words) *)(weight + v * LANES);
                    for (size_t p = 0; p < count; p++) {
                        NAME(words) mismatch = ((NAME(words)){0} + sign[p * words + s]) ^ w;
                        if (masked) {
                            const NAME(words) mask = ((NAME(words)){0} + valid[p * words + s]) &
                                                     *(const NAME(words) *)(weight_valid + v * LANES);
                            mismatch &= mask;
                            counted[p][v] = NAME(count)(counted[p][v], mask);
                        }
                        different[p][v] = NAME(count)(different[p][v], mismatch);
                    }
                }
            }
        }
    }
    const uint32_t all = (uint32_t)(kernel * kernel * r->inputs);
    for (size_t p = 0; p < count; p++) {
        for (size_t v = 0; v < VECTORS; v++) {
            const NAME(words) mismatches = different_total[p][v] + NAME(widened)(different[p][v]);
            const NAME(words) counts =
                masked ? counted_total[p][v] + NAME(widened)(counted[p][v]) : (NAME(words)){0} + all;
            sums[p][v] = (NAME(sums))(counts - 2 * mismatches);
        }
    }
}

// Whether any pixel under the filter, at `count` neighbouring places, has a channel without a sign.
static inline int NAME(sees_zero)(const bbcu_binary_rows *r, size_t x, size_t count) {
    unsigned any = 0;
    for (size_t ky = 0; ky < r->kernel; ky++)
        for (size_t kx = 0; kx < r->kernel - 1 + count; kx++) any |= r->has_zero[ky][x + kx];
    return any != 0;
}

static inline __attribute__((always_inline)) void NAME(tile_sums)(const bbcu_binary_rows *r, size_t x, size_t block,
                                                                  NAME(sums) sums[BINARY_TILE][VECTORS],
                                                                  const size_t count, int masked,
                                                                  const size_t kernel, const size_t words) {
    if (masked)
        NAME(binary_tile)(r, x, block, sums, count, 1, kernel, words);
    else
        NAME(binary_tile)(r, x, block, sums, count, 0, kernel, words);
}

static void NAME(binary_sums)(const bbcu_binary_rows *r, size_t first, size_t end, size_t outputs, int32_t *out) {
    const size_t blocks = (outputs + BBCU_BINARY_BLOCK - 1) / BBCU_BINARY_BLOCK;
    NAME(sums) sums[BINARY_TILE][VECTORS];
    const size_t words = (r->inputs + 63) / 64 * 2;
    size_t count;
    for (size_t x = first; x < end; x += count) {
        count = end - x >= BINARY_TILE ? BINARY_TILE : 1;
        const int masked = r->weights_have_zero || NAME(sees_zero)(r, x, count);
        for (size_t block = 0; block < blocks; block++) {
            if (count == BINARY_TILE)
                NAME(tile_sums)(r, x, block, sums, BINARY_TILE, masked, r->kernel, words);
            else
                NAME(tile_sums)(r, x, block, sums, 1, masked, r->kernel, words);
            const size_t start = block * BBCU_BINARY_BLOCK;
            for (size_t p = 0; p < count; p++)
                for (size_t o = 0; o < BBCU_BINARY_BLOCK && start + o < outputs; o++)
                    out[(x + p) * outputs + start + o] = sums[p][o / LANES][o % LANES];
        }
    }
}

#include "unit_template.h"

#undef BYTE_STEPS
#undef VECTORS

// A 1-bit unit in one pass over registers: sums, alpha, RPReLU, shortcut, activation, and the signs that the next
// unit takes. Included by binary_template.h. Every operation is rounded on its own, in the order of the layer-wise
// path, so that both give the same bits.

#pragma STDC FP_CONTRACT OFF

typedef float NAME(reals) __attribute__((vector_size(BYTES), aligned(4), may_alias));
typedef _Bool NAME(flags) __attribute__((ext_vector_type(LANES)));

static inline __attribute__((always_inline)) NAME(reals) NAME(select)(NAME(sums) mask, NAME(reals) yes,
                                                                      NAME(reals) no) {
    return (NAME(reals))((mask & (NAME(sums))yes) | (~mask & (NAME(sums))no));
}

// One bit a lane.
static inline __attribute__((always_inline)) uint32_t NAME(bits)(NAME(sums) mask) {
    const NAME(flags) flags = __builtin_convertvector(mask, NAME(flags));
    uint32_t bits = 0;
    __builtin_memcpy(&bits, &flags, (LANES + 7) / 8);
    return bits & (uint32_t)((1ull << LANES) - 1);
}

static inline __attribute__((always_inline)) NAME(reals) NAME(activated)(NAME(reals) x, int activation, float slope) {
    if (activation == BBCU_RELU) return NAME(select)(x > 0, x, (NAME(reals)){0});
    if (activation == BBCU_LEAKY) return NAME(select)(x > 0, x, x * slope);
    return x;
}

// The signs of 16 channels of a pixel; returns whether any has none.
static inline __attribute__((always_inline)) int NAME(store_signs)(const bbcu_sign_row *s, size_t pixel, size_t words,
                                                                   size_t block, size_t used,
                                                                   const NAME(reals) values[VECTORS]) {
    uint32_t positive = 0, negative = 0;
    const uint32_t all = used >= 16 ? 0xffff : (1u << used) - 1;
    for (size_t v = 0; v < VECTORS; v++) {
        const NAME(reals) shifted = values[v] + *(const NAME(reals) *)(s->shift + block * 16 + v * LANES);
        positive |= NAME(bits)(shifted > 0) << (v * LANES);
        negative |= NAME(bits)(shifted < 0) << (v * LANES);
    }
    positive &= all;
    negative &= all;
    const uint32_t sign = s->zero_sign > 0 ? all & ~negative : positive;
    const uint32_t valid = s->zero_sign == 0 ? positive | negative : all;
    const uint16_t sign16 = (uint16_t)sign, valid16 = (uint16_t)valid;
    __builtin_memcpy((char *)(s->signs + pixel * words) + block * 2, &sign16, 2);
    __builtin_memcpy((char *)(s->valid + pixel * words) + block * 2, &valid16, 2);
    return valid != all;
}

// What follows the sums of one block at one pixel; returns whether the block has a channel without a sign.
static inline __attribute__((always_inline)) int NAME(epilogue)(const bbcu_unit *u, size_t group, size_t block,
                                                                const NAME(sums) sums[VECTORS], const float *shortcut,
                                                                const bbcu_row *out, size_t pixel,
                                                                NAME(reals) *not_finite) {
    const size_t first = block * 16;
    const size_t at = group * u->blocks * 16 + first;
    const size_t used = u->channels - first < 16 ? u->channels - first : 16;
    float *target = out->values + pixel * u->channels + first;
    NAME(reals) values[VECTORS];
    for (size_t v = 0; v < VECTORS; v++) {
        const size_t o = at + v * LANES;
        NAME(reals) x = __builtin_convertvector(sums[v], NAME(reals)) * *(const NAME(reals) *)(u->alpha + o);
        if (u->bias) x += *(const NAME(reals) *)(u->bias + o);
        x += *(const NAME(reals) *)(u->first_bias + o);
        x = NAME(select)(x > 0, x, *(const NAME(reals) *)(u->slope + o) * x);
        x += *(const NAME(reals) *)(u->second_bias + o);
        x += *(const NAME(reals) *)(shortcut + first + v * LANES);
        x = NAME(activated)(x, u->activation, u->leaky_slope);
        values[v] = x;
    }
    if (used == 16) {
        for (size_t v = 0; v < VECTORS; v++) {
            *(NAME(reals) *)(target + v * LANES) = values[v];
            *not_finite += values[v] - values[v];
        }
    } else {
        for (size_t o = 0; o < used; o++) {
            target[o] = values[o / LANES][o % LANES];
            (*not_finite)[0] += target[o] - target[o];
        }
    }
    if (!out->signs.signs) return 0;
    return NAME(store_signs)(&out->signs, pixel, (u->channels + 63) / 64, block, used, values);
}

static inline __attribute__((always_inline)) void NAME(unit_tile)(const bbcu_unit *u, const bbcu_row *out, size_t x,
                                                                  NAME(reals) *not_finite, const size_t count) {
    const int masked = u->rows.weights_have_zero || NAME(sees_zero)(&u->rows, x, count);
    NAME(sums) sums[BINARY_TILE][VECTORS];
    for (size_t group = 0; group < u->factor * u->factor; group++) {
        const bbcu_row *row = out + group / u->factor;
        int zeros[BINARY_TILE] = {0};
        for (size_t block = 0; block < u->blocks; block++) {
            NAME(tile_sums)(&u->rows, x, group * u->blocks + block, sums, count, masked);
            for (size_t p = 0; p < count; p++)
                zeros[p] |= NAME(epilogue)(u, group, block, sums[p], u->shortcut + (x + p) * u->channels, row,
                                           (x + p) * u->factor + group % u->factor, not_finite);
        }
        if (!row->signs.signs) continue;
        for (size_t p = 0; p < count; p++)
            row->signs.has_zero[(x + p) * u->factor + group % u->factor] = (uint8_t)zeros[p];
    }
}

static int NAME(unit_row)(const bbcu_unit *u, const bbcu_row *out, size_t first, size_t end) {
    NAME(reals) not_finite = {0};
    size_t x = first;
    for (; x + BINARY_TILE <= end; x += BINARY_TILE) NAME(unit_tile)(u, out, x, &not_finite, BINARY_TILE);
    for (; x < end; x++) NAME(unit_tile)(u, out, x, &not_finite, 1);
    float total = 0;
    for (size_t lane = 0; lane < LANES; lane++) total += not_finite[lane];
    return total == 0;
}

// Activation and signs of a row that a float convolution made.
static int NAME(finish_row)(const bbcu_row *row, size_t channels, int activation, float slope, size_t first,
                            size_t end) {
    const size_t words = (channels + 63) / 64;
    NAME(reals) not_finite = {0};
    for (size_t x = first; x < end; x++) {
        int zeros = 0;
        for (size_t start = 0; start < channels; start += 16) {
            float *at = row->values + x * channels + start;
            const size_t used = channels - start < 16 ? channels - start : 16;
            float copy[16] = {0};
            NAME(reals) values[VECTORS];
            __builtin_memcpy(copy, at, used * sizeof *at);
            for (size_t v = 0; v < VECTORS; v++) {
                const NAME(reals) value = *(const NAME(reals) *)(copy + v * LANES);
                not_finite += value - value;
                values[v] = NAME(activated)(value, activation, slope);
                *(NAME(reals) *)(copy + v * LANES) = values[v];
            }
            if (activation != BBCU_NO_ACTIVATION) __builtin_memcpy(at, copy, used * sizeof *at);
            if (row->signs.signs) zeros |= NAME(store_signs)(&row->signs, x, words, start / 16, used, values);
        }
        if (row->signs.signs) row->signs.has_zero[x] = (uint8_t)zeros;
    }
    float total = 0;
    for (size_t lane = 0; lane < LANES; lane++) total += not_finite[lane];
    return total == 0;
}

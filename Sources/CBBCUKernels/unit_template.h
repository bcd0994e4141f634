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

// Where the signs of 16 channels go, and what is added before they are taken.
typedef struct {
    char *signs, *valid;  // NULL: no signs are wanted
    size_t step;          // bytes from a pixel to the next
    uint32_t all;         // the bits of channels that there are
    int zero_sign;
    NAME(reals) shift[VECTORS];
} NAME(sign_block);

static inline __attribute__((always_inline)) NAME(sign_block) NAME(signs_of)(const bbcu_sign_row *s, size_t pixel,
                                                                             size_t channels, size_t block,
                                                                             size_t factor) {
    const size_t words = (channels + 63) / 64;
    const size_t used = channels - block * 16;
    NAME(sign_block) result = {0};
    if (!s->signs) return result;
    result.signs = (char *)(s->signs + pixel * words) + block * 2;
    result.valid = (char *)(s->valid + pixel * words) + block * 2;
    result.step = words * 8 * factor;
    result.all = used >= 16 ? 0xffff : (1u << used) - 1;
    result.zero_sign = s->zero_sign;
    for (size_t v = 0; v < VECTORS; v++)
        result.shift[v] = *(const NAME(reals) *)(s->shift + block * 16 + v * LANES);
    return result;
}

// Stores the signs of 16 channels of a pixel; returns 16 ones but for the channels that have none.
static inline __attribute__((always_inline)) uint32_t NAME(store_signs)(const NAME(sign_block) *s, size_t p,
                                                                        const NAME(reals) values[VECTORS]) {
    uint32_t positive = 0, nonzero = 0;
    for (size_t v = 0; v < VECTORS; v++) {
        const NAME(reals) shifted = values[v] + s->shift[v];
        positive |= NAME(bits)(shifted > 0) << (v * LANES);
        nonzero |= NAME(bits)(shifted != 0) << (v * LANES);
    }
    uint16_t sign = (uint16_t)positive, valid = (uint16_t)nonzero;
    if (s->all != 0xffff || s->zero_sign) {
        // Zero, or no number, counts as what the network says.
        if (s->zero_sign > 0) sign |= (uint16_t)~valid;
        if (s->zero_sign) valid = 0xffff;
        sign &= (uint16_t)s->all;
        valid &= (uint16_t)s->all;
    }
    __builtin_memcpy(s->signs + p * s->step, &sign, 2);
    __builtin_memcpy(s->valid + p * s->step, &valid, 2);
    return valid | (0xffff & ~s->all);
}

// Whether a channel of a pixel has no sign.
static uint8_t NAME(has_zero)(const uint64_t *valid, size_t channels) {
    for (; channels >= 64; channels -= 64)
        if (~*valid++) return 1;
    return channels && *valid != (1ull << channels) - 1;
}

// What a unit's epilogue looks at for every block of outputs; constants where the caller knows them, so that nothing is
// asked in its loops.
typedef struct {
    int plain;  // whole blocks of channels, no bias, zero has no sign
    int signs;  // whether the result's signs are wanted
    int activation;
} NAME(form);

// What follows the sums of one block at `count` pixels from x on; returns 16 ones but for channels without a sign.
static inline __attribute__((always_inline)) uint32_t NAME(epilogue)(const bbcu_unit *u, size_t group, size_t column,
                                                                     size_t block,
                                                                     NAME(sums) sums[BINARY_TILE][VECTORS],
                                                                     const bbcu_row *out, size_t x,
                                                                     NAME(reals) *not_finite, const size_t count,
                                                                     const NAME(form) form) {
    const size_t start = block * 16;
    const size_t at = (group * u->blocks + block) * 16;
    const size_t used = form.plain || u->channels - start >= 16 ? 16 : u->channels - start;
    const size_t pixel = x * u->factor + column;
    NAME(sign_block) signs = NAME(signs_of)(&out->signs, pixel, u->channels, block, u->factor);
    if (form.plain) (signs.all = 0xffff, signs.zero_sign = 0);
    const float *shortcut = u->shortcut + x * u->channels + start;
    float *target = out->values + pixel * u->channels + start;
    NAME(reals) alpha[VECTORS], first_bias[VECTORS], slope[VECTORS], second_bias[VECTORS];
    for (size_t v = 0; v < VECTORS; v++) {
        alpha[v] = *(const NAME(reals) *)(u->alpha + at + v * LANES);
        first_bias[v] = *(const NAME(reals) *)(u->first_bias + at + v * LANES);
        slope[v] = *(const NAME(reals) *)(u->slope + at + v * LANES);
        second_bias[v] = *(const NAME(reals) *)(u->second_bias + at + v * LANES);
    }
    NAME(reals) bad = *not_finite;
    uint32_t all_valid = 0xffff;
#pragma clang loop unroll(full)
    for (size_t p = 0; p < count; p++) {
        NAME(reals) values[VECTORS];
        for (size_t v = 0; v < VECTORS; v++) {
            NAME(reals) y = __builtin_convertvector(sums[p][v], NAME(reals)) * alpha[v];
            if (!form.plain && u->bias) y += *(const NAME(reals) *)(u->bias + at + v * LANES);
            y += first_bias[v];
            y = NAME(select)(y > 0, y, slope[v] * y);
            y += second_bias[v];
            y += *(const NAME(reals) *)(shortcut + v * LANES);
            if (form.activation) y = NAME(activated)(y, form.activation, u->leaky_slope);
            values[v] = y;
        }
        if (used == 16) {
            for (size_t v = 0; v < VECTORS; v++) {
                *(NAME(reals) *)(target + v * LANES) = values[v];
                bad += values[v] - values[v];
            }
        } else {
            for (size_t o = 0; o < used; o++) {
                target[o] = values[o / LANES][o % LANES];
                bad[0] += target[o] - target[o];
            }
        }
        if (form.signs) all_valid &= NAME(store_signs)(&signs, p, values);
        shortcut += u->channels;
        target += u->channels * u->factor;
    }
    *not_finite = bad;
    return all_valid;
}

// The pixels that become of one are groups of outputs.
static inline __attribute__((always_inline)) void NAME(unit_group)(const bbcu_unit *u, const bbcu_row *row, size_t x,
                                                                   size_t group, size_t column, int masked,
                                                                   NAME(reals) *not_finite, const size_t count,
                                                                   const size_t kernel, const size_t words,
                                                                   const NAME(form) form) {
    NAME(sums) sums[BINARY_TILE][VECTORS];
    uint32_t all_valid = 0xffff;
    for (size_t block = 0; block < u->blocks; block++) {
        NAME(tile_sums)(&u->rows, x, group * u->blocks + block, sums, count, masked, kernel, words);
        all_valid &= NAME(epilogue)(u, group, column, block, sums, row, x, not_finite, count, form);
    }
    if (!form.signs) return;
    for (size_t p = 0; p < count; p++) {
        const size_t pixel = (x + p) * u->factor + column;
        const uint64_t *valid = row->signs.valid + pixel * ((u->channels + 63) / 64);
        row->signs.has_zero[pixel] = all_valid == 0xffff ? 0 : NAME(has_zero)(valid, u->channels);
    }
}

static inline __attribute__((always_inline)) void NAME(unit_tile)(const bbcu_unit *u, const bbcu_row *out, size_t x,
                                                                  NAME(reals) *not_finite, const size_t count,
                                                                  const size_t kernel, const size_t words,
                                                                  const NAME(form) form) {
    const int masked = u->rows.weights_have_zero || NAME(sees_zero)(&u->rows, x, count);
    for (size_t group = 0, row = 0; row < u->factor; row++) {
        for (size_t column = 0; column < u->factor; column++, group++) {
            const bbcu_row target = out[row];
            NAME(unit_group)(u, &target, x, group, column, masked, not_finite, count, kernel, words, form);
        }
    }
}

static inline __attribute__((always_inline)) int NAME(unit_pixels)(const bbcu_unit *given, const bbcu_row *out,
                                                                   size_t first, size_t end, const size_t kernel,
                                                                   const size_t words, const NAME(form) form) {
    // A copy that no store can change, so that nothing is loaded twice.
    const bbcu_unit unit = *given, *const u = &unit;
    NAME(reals) not_finite = {0};
    size_t x = first;
    for (; x + BINARY_TILE <= end; x += BINARY_TILE)
        NAME(unit_tile)(u, out, x, &not_finite, BINARY_TILE, kernel, words, form);
    for (; x < end; x++) NAME(unit_tile)(u, out, x, &not_finite, 1, kernel, words, form);
    float total = 0;
    for (size_t lane = 0; lane < LANES; lane++) total += not_finite[lane];
    return total == 0;
}

static int NAME(unit_row)(const bbcu_unit *u, const bbcu_row *out, size_t first, size_t end) {
    const size_t words = (u->rows.inputs + 63) / 64 * 2;
    const int signs = out->signs.signs != NULL;
    const int plain = !u->bias && u->channels % 16 == 0 && !(signs && out->signs.zero_sign);
    const NAME(form) form = {plain, signs, u->activation};
    if (u->rows.kernel != 3 || words != 2) return NAME(unit_pixels)(u, out, first, end, u->rows.kernel, words, form);
    // The units of every published network, with constants.
    if (plain && signs && u->activation == BBCU_NO_ACTIVATION)
        return NAME(unit_pixels)(u, out, first, end, 3, 2, (NAME(form)){1, 1, BBCU_NO_ACTIVATION});
    if (plain && signs && u->activation == BBCU_LEAKY)
        return NAME(unit_pixels)(u, out, first, end, 3, 2, (NAME(form)){1, 1, BBCU_LEAKY});
    if (plain && !signs && u->activation == BBCU_LEAKY)
        return NAME(unit_pixels)(u, out, first, end, 3, 2, (NAME(form)){1, 0, BBCU_LEAKY});
    return NAME(unit_pixels)(u, out, first, end, 3, 2, form);
}

// Activation and signs of a row that a float convolution made, in place.
static int NAME(finish_row)(const bbcu_row *row, size_t channels, int activation, float slope, size_t first,
                            size_t end) {
    NAME(reals) not_finite = {0};
    for (size_t x = first; x < end; x++) {
        uint32_t all_valid = 0xffff;
        for (size_t start = 0; start < channels; start += 16) {
            float *at = row->values + x * channels + start;
            const size_t used = channels - start < 16 ? channels - start : 16;
            NAME(reals) values[VECTORS];
            // A pixel's last channels may be fewer than a block.
            float copy[16] = {0};
            float *const source = used == 16 ? at : copy;
            if (used < 16) __builtin_memcpy(copy, at, used * sizeof *at);
            for (size_t v = 0; v < VECTORS; v++) {
                const NAME(reals) value = *(const NAME(reals) *)(source + v * LANES);
                not_finite += value - value;
                values[v] = NAME(activated)(value, activation, slope);
                if (activation) *(NAME(reals) *)(source + v * LANES) = values[v];
            }
            if (activation && used < 16) __builtin_memcpy(at, copy, used * sizeof *at);
            if (!row->signs.signs) continue;
            const NAME(sign_block) signs = NAME(signs_of)(&row->signs, x, channels, start / 16, 1);
            all_valid &= NAME(store_signs)(&signs, 0, values);
        }
        if (row->signs.signs) row->signs.has_zero[x] = all_valid != 0xffff;
    }
    float total = 0;
    for (size_t lane = 0; lane < LANES; lane++) total += not_finite[lane];
    return total == 0;
}

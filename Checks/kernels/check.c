// Runs every kernel of every instruction set that the machine has on inputs of many sizes, and prints a digest of all
// bits of all results. The sets must agree; so must machines. Arrays have the sizes that the header asks for and not
// a value more, so that a sanitizer sees every access that is out of bounds.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bbcu_kernels.h"

static uint64_t state;

static uint32_t next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

// Halves and small integers among them, so that exact zeros occur.
static float number(void) { return (float)((int)(next() % 4001) - 2000) / 512.0f; }

static uint64_t digest;

static void add(const void *bytes, size_t count) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < count; i++) digest = (digest ^ byte[i]) * 1099511628211u;
}

static void *array(size_t count, size_t size) {
    void *result = calloc(count ? count : 1, size);
    if (!result) abort();
    return result;
}

static float *numbers(size_t count) {
    float *result = array(count, sizeof *result);
    for (size_t i = 0; i < count; i++) result[i] = number();
    return result;
}

static void float_convolution(const bbcu_kernels *k, size_t width, size_t height, size_t inputs, size_t outputs,
                              size_t kernel) {
    const size_t blocks = (outputs + BBCU_FLOAT_BLOCK - 1) / BBCU_FLOAT_BLOCK;
    const size_t pixels = (width + kernel - 1) * (height + kernel - 1);
    float *input = numbers(pixels * inputs);
    float *weights = numbers(blocks * kernel * kernel * inputs * BBCU_FLOAT_BLOCK);
    float *bias = numbers(blocks * BBCU_FLOAT_BLOCK);
    float *output = array(width * height * outputs, sizeof(float));
    float *magnitudes = array(width * height * outputs, sizeof(float));
    const bbcu_geometry g = {width, inputs, outputs, kernel, 0, height};
    k->float_convolution(&g, input, weights, bias, output, magnitudes);
    add(output, width * height * outputs * sizeof(float));
    add(magnitudes, width * height * outputs * sizeof(float));
    k->float_convolution(&g, input, weights, bias, output, NULL);
    add(output, width * height * outputs * sizeof(float));
    // A row in two parts has the bits of the whole.
    bbcu_rows rows;
    for (size_t ky = 0; ky < kernel; ky++) bbcu_set_row(&rows, ky, input + ky * (width + kernel - 1) * inputs);
    float *row = array(width * outputs, sizeof(float));
    const bbcu_row out = {.values = row};
    k->float_row(&g, &rows, weights, bias, 0, width / 2, &out, 1, BBCU_NO_ACTIVATION, 0);
    k->float_row(&g, &rows, weights, bias, width / 2, width, &out, 1, BBCU_NO_ACTIVATION, 0);
    if (memcmp(row, output, width * outputs * sizeof(float))) {
        fprintf(stderr, "%s: the parts of a row differ from the whole\n", k->name);
        exit(1);
    }
    free(input), free(weights), free(bias), free(output), free(magnitudes), free(row);
}

// A float convolution, the shuffle that follows it, its activation and signs.
static void float_row(const bbcu_kernels *k, size_t width, size_t inputs, size_t channels, size_t factor,
                      int activation) {
    const size_t outputs = factor * channels, blocks = (outputs + BBCU_FLOAT_BLOCK - 1) / BBCU_FLOAT_BLOCK;
    const size_t words = (channels + 63) / 64, pixels = width * factor;
    float *weights = numbers(factor * blocks * 9 * inputs * BBCU_FLOAT_BLOCK);
    float *bias = numbers(factor * blocks * BBCU_FLOAT_BLOCK), *shift = numbers(channels + 16), *input[3];
    bbcu_rows rows;
    for (size_t ky = 0; ky < 3; ky++) bbcu_set_row(&rows, ky, input[ky] = numbers((width + 2) * inputs));
    bbcu_row out[3];
    for (size_t i = 0; i < factor; i++) {
        out[i] = (bbcu_row){array(pixels * channels, sizeof(float)),
                            {array(pixels * words, 8), array(pixels * words, 8), array(pixels, 1), shift, 0}};
    }
    const bbcu_geometry g = {width, inputs, outputs, 3, 0, 1};
    const int finite = k->float_row(&g, &rows, weights, bias, 0, width, out, factor, activation, 0.1f);
    add(&finite, sizeof finite);
    for (size_t i = 0; i < factor; i++) {
        add(out[i].values, pixels * channels * sizeof(float));
        add(out[i].signs.signs, pixels * words * 8);
        add(out[i].signs.valid, pixels * words * 8);
        add(out[i].signs.has_zero, pixels);
        free(out[i].values), free(out[i].signs.signs), free(out[i].signs.valid), free(out[i].signs.has_zero);
    }
    for (size_t ky = 0; ky < 3; ky++) free(input[ky]);
    free(weights), free(bias), free(shift);
}

static void double_convolution(const bbcu_kernels *k, size_t width, size_t inputs, size_t outputs) {
    const size_t blocks = (outputs + BBCU_FLOAT_BLOCK - 1) / BBCU_FLOAT_BLOCK;
    const size_t counts[4] = {(width + 2) * 3 * inputs, blocks * 9 * inputs * BBCU_FLOAT_BLOCK,
                              blocks * BBCU_FLOAT_BLOCK, width * outputs};
    double *arrays[4];
    for (int a = 0; a < 4; a++) {
        arrays[a] = array(counts[a], sizeof(double));
        for (size_t i = 0; i < counts[a]; i++) arrays[a][i] = number();
    }
    const bbcu_geometry g = {width, inputs, outputs, 3, 0, 1};
    k->double_convolution(&g, arrays[0], arrays[1], arrays[2], arrays[3], NULL);
    add(arrays[3], counts[3] * sizeof(double));
    for (int a = 0; a < 4; a++) free(arrays[a]);
}

// Rows of signs with a border of zeros, and with zeros inside where asked for.
typedef struct {
    uint64_t *signs, *valid;
    uint8_t *has_zero;
} planes;

static planes make_planes(size_t width, size_t kernel, size_t inputs, int zeros) {
    const size_t words = (inputs + 63) / 64, pixels = (width + kernel - 1) * kernel;
    planes p = {array(pixels * words, 8), array(pixels * words, 8), array(pixels, 1)};
    for (size_t pixel = 0; pixel < pixels; pixel++) {
        const size_t x = pixel % (width + kernel - 1);
        const int is_border = x < kernel / 2 || x >= kernel / 2 + width;
        p.has_zero[pixel] = (uint8_t)is_border;
        for (size_t c = 0; c < inputs && !is_border; c++) {
            if (zeros && next() % 9 == 0) {
                p.has_zero[pixel] = 1;
                continue;
            }
            p.valid[pixel * words + c / 64] |= 1ull << c % 64;
            p.signs[pixel * words + c / 64] |= (uint64_t)(next() & 1) << c % 64;
        }
    }
    return p;
}

static void unit(const bbcu_kernels *k, size_t width, size_t inputs, size_t factor, int zeros, int activation,
                 int zero_sign, int has_bias) {
    const size_t kernel = 3, channels = inputs, words = (inputs + 63) / 64, out_words = (channels + 63) / 64;
    const size_t blocks = (channels + 15) / 16, places = factor * factor * blocks * 16;
    const size_t steps = kernel * kernel * words * 2;
    planes p = make_planes(width, kernel, inputs, zeros);
    uint32_t *signs = array(places * steps, 4), *valid = array(places * steps, 4);
    for (size_t place = 0; place < places; place++) {
        for (size_t tap = 0; tap < kernel * kernel; tap++) {
            for (size_t c = 0; c < inputs; c++) {
                const size_t word = ((place / 16 * 9 + tap) * words * 2 + c / 32) * 16 + place % 16;
                if (zeros == 2 && next() % 11 == 0) continue;
                valid[word] |= 1u << c % 32;
                signs[word] |= (next() & 1) << c % 32;
            }
        }
    }
    float *parameters[5];
    for (int i = 0; i < 5; i++) parameters[i] = numbers(places);
    float *shortcut = numbers(width * channels + 16), *shift = numbers(channels + 16);
    bbcu_unit u = {.factor = factor, .channels = channels, .blocks = blocks, .alpha = parameters[0],
                   .bias = has_bias ? parameters[1] : NULL, .first_bias = parameters[2], .slope = parameters[3],
                   .second_bias = parameters[4], .shortcut = shortcut, .activation = activation, .leaky_slope = 0.1f};
    u.rows.inputs = inputs, u.rows.kernel = kernel, u.rows.weight_signs = signs, u.rows.weight_valid = valid;
    u.rows.weights_have_zero = zeros == 2;
    for (size_t ky = 0; ky < kernel; ky++) {
        const size_t pixel = ky * (width + kernel - 1);
        bbcu_set_binary_row(&u.rows, ky, p.signs + pixel * words, p.valid + pixel * words, p.has_zero + pixel);
    }
    int32_t *sums = array(width * inputs, sizeof *sums);
    k->binary_sums(&u.rows, 0, width, inputs, sums);
    add(sums, width * inputs * sizeof *sums);
    bbcu_row rows[4];
    for (size_t i = 0; i < factor; i++) {
        rows[i] = (bbcu_row){numbers(width * factor * channels),
                             {array(width * factor * out_words, 8), array(width * factor * out_words, 8),
                              array(width * factor, 1), shift, zero_sign}};
    }
    const int finite = k->unit_row(&u, rows, 0, width);
    add(&finite, sizeof finite);
    for (size_t i = 0; i < factor; i++) {
        add(rows[i].values, width * factor * channels * sizeof(float));
        add(rows[i].signs.signs, width * factor * out_words * 8);
        add(rows[i].signs.valid, width * factor * out_words * 8);
        add(rows[i].signs.has_zero, width * factor);
        free(rows[i].values), free(rows[i].signs.signs), free(rows[i].signs.valid), free(rows[i].signs.has_zero);
    }
    for (int i = 0; i < 5; i++) free(parameters[i]);
    free(p.signs), free(p.valid), free(p.has_zero), free(signs), free(valid), free(shortcut), free(shift), free(sums);
}

// The last convolution, and what follows it.
static void output(const bbcu_kernels *k, size_t width, size_t inputs, size_t outputs, size_t upscale, int subtracts) {
    const size_t height = width % BBCU_PLANAR_ROWS + 1;
    float *input[BBCU_PLANAR_ROWS + 2], *weights = numbers(9 * inputs * BBCU_PLANAR_OUTPUTS);
    float bias[BBCU_PLANAR_OUTPUTS];
    for (size_t o = 0; o < BBCU_PLANAR_OUTPUTS; o++) bias[o] = number();
    bbcu_rows rows;
    for (size_t y = 0; y < height + 2; y++) {
        input[y] = numbers((width + 2) * inputs);
        bbcu_set_row(&rows, y, input[y]);
    }
    const bbcu_geometry g = {width, inputs, outputs, 3, 0, height};
    float *sums = array(bbcu_planar_scratch(inputs), sizeof(float));
    const size_t source = (width + upscale - 1) / upscale;
    float *image = numbers(source * 2 * outputs), *result = array(width * outputs, sizeof(float));
    uint32_t *left = array(width, sizeof *left), *right = array(width, sizeof *right);
    float *share = numbers(width);
    for (size_t x = 0; x < width; x++) {
        left[x] = (uint32_t)(x / upscale);
        right[x] = left[x] + 1 < source ? left[x] + 1 : left[x];
    }
    const bbcu_skip skip = {outputs, upscale, subtracts, 130,  130,   image, image + source * outputs,
                            0.25f,   left,    right,     share};
    for (size_t first = 0; first < width; first += BBCU_PLANAR_PIXELS) {
        const size_t end = width - first < BBCU_PLANAR_PIXELS ? width : first + BBCU_PLANAR_PIXELS;
        k->planar_rows(&g, &rows, weights, bias, first, end, sums);
        for (size_t y = 0; y < height; y++) {
            const float *row_sums = sums + y * BBCU_PLANAR_OUTPUTS * BBCU_PLANAR_STRIDE;
            const int finite = k->emit(&skip, row_sums, BBCU_PLANAR_STRIDE, first, end, result);
            add(&finite, sizeof finite);
            add(result + first * outputs, (end - first) * outputs * sizeof(float));
        }
    }
    k->scale(image, 130, source * 2 * outputs, image);
    add(image, source * 2 * outputs * sizeof(float));
    for (size_t y = 0; y < height + 2; y++) free(input[y]);
    free(weights), free(sums), free(image), free(result), free(left), free(right),
        free(share);
}

// Rows of tiles, whole and in two parts, with a border of zeros. The last rows and columns of tiles may lie beyond it.
static void winograd(const bbcu_kernels *k, size_t group, size_t width, size_t height, size_t inputs, size_t channels,
                     size_t factor, int activation) {
    const size_t tile = BBCU_WINOGRAD_TILE, side = tile + 2, blocks = (channels + 15) / 16, places = factor * factor * blocks * 16;
    const size_t padded = (places + BBCU_WINOGRAD_BLOCK - 1) / BBCU_WINOGRAD_BLOCK * BBCU_WINOGRAD_BLOCK;
    float *weights = numbers(padded * side * side * inputs), *bias = numbers(padded);
    float *input[6], *whole[16], *parts[16];
    bbcu_rows rows;
    bbcu_row out[2][16];
    for (size_t y = 0; y < side; y++) {
        input[y] = y > height + 1 ? array((width + 2) * inputs, sizeof(float)) : numbers((width + 2) * inputs);
        bbcu_set_row(&rows, y, input[y]);
    }
    for (size_t row = 0; row < height * factor; row++) {
        whole[row] = array(width * factor * channels, sizeof(float));
        parts[row] = array(width * factor * channels, sizeof(float));
        out[0][row] = (bbcu_row){.values = whole[row]};
        out[1][row] = (bbcu_row){.values = parts[row]};
    }
    float *scratch = numbers(bbcu_winograd_scratch(inputs));
    const bbcu_winograd w = {width,   inputs, group,      factor, channels, blocks,
                             weights, bias,   activation, 0.1f,   scratch};
    const int finite = k->winograd_row(&w, &rows, out[0], height, 0, width);
    add(&finite, sizeof finite);
    const size_t middle = width / 2 / tile * tile;
    k->winograd_row(&w, &rows, out[1], height, middle, width);
    k->winograd_row(&w, &rows, out[1], height, 0, middle);
    for (size_t row = 0; row < height * factor; row++) {
        add(whole[row], width * factor * channels * sizeof(float));
        if (memcmp(whole[row], parts[row], width * factor * channels * sizeof(float))) {
            fprintf(stderr, "%s: the parts of a row of tiles differ from the whole\n", k->name);
            exit(1);
        }
        free(whole[row]), free(parts[row]);
    }
    for (size_t y = 0; y < side; y++) free(input[y]);
    free(weights), free(bias), free(scratch);
}

// Single values: RPReLU, what it makes of an error, and whether a value is within its bound.
static void elementwise(const bbcu_kernels *k, size_t pixels, size_t channels) {
    const size_t count = pixels * channels;
    float *values = numbers(count), *floats[3];
    double *expected = array(count, sizeof(double)), *bounds = array(count, sizeof(double)), *doubles[4];
    for (size_t i = 0; i < count; i++) expected[i] = values[i] + number() * 1e-7;
    for (size_t i = 0; i < count; i++) bounds[i] = number() > 0 ? 1e-6 : 1;
    for (int a = 0; a < 4; a++) {
        doubles[a] = array(channels, sizeof(double));
        if (a < 3) floats[a] = numbers(channels);
        for (size_t c = 0; c < channels; c++) doubles[a][c] = number();
    }
    for (int limit = 0; limit < 6; limit++) {
        const bbcu_limits limits = {1e-7 * (limit + 1), 0.3 * limit, 1u << 3 * limit};
        for (size_t start = 0; start < count; start += 64) {
            const size_t block = count - start < 64 ? count - start : 64;
            const int found = k->within(values + start, expected + start, bounds + start, block, &limits);
            add(&found, sizeof found);
        }
    }
    const bbcu_branch branch = {channels, doubles[0], doubles[1], doubles[2], doubles[3], 0x1p-24, 0x1p-149};
    k->branch_errors(&branch, expected, pixels, bounds);
    add(bounds, count * sizeof(double));
    k->rectify_doubles(expected, pixels, channels, doubles[0], doubles[1], doubles[2], bounds);
    add(bounds, count * sizeof(double));
    float *bent = array(count, sizeof(float));
    k->rectify_floats(values, pixels, channels, floats[0], floats[1], floats[2], bent);
    add(bent, count * sizeof(float));
    free(bent), free(values), free(expected), free(bounds);
    for (int a = 0; a < 4; a++) free(doubles[a]);
    for (int a = 0; a < 3; a++) free(floats[a]);
}

static uint64_t check(const bbcu_kernels *k) {
    static const size_t widths[] = {1, 2, 7, 13, 16, 31, 70}, channels[] = {1, 3, 8, 16, 24, 64, 65, 100, 130};
    state = 1;
    digest = 14695981039346656037u;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        for (size_t c = 0; c < sizeof channels / sizeof *channels; c++) {
            const size_t width = widths[w], inputs = channels[c], other = channels[(c + w) % 9];
            float_convolution(k, width, 2, inputs, other, w % 2 ? 1 : 3);
            double_convolution(k, width, inputs, other);
            float_row(k, width, inputs, other % 48 + 1, w % 3 + 1, (int)(c % 3));
            elementwise(k, width, inputs);
            for (int zeros = 0; zeros < 3; zeros++)
                unit(k, width, inputs, (w + c) % 3 + 1, zeros, (int)(w % 3), (int)(c % 3) - 1, (int)(w + c) % 2);
            // Few outputs, whose transform is the same for each: emulated machines are slow.
            const size_t results = other % 48 + 1;
            winograd(k, (w + c) % 2 ? inputs : 16, width, w % BBCU_WINOGRAD_TILE + 1, inputs, results,
                     results > 8 ? 1 : 2 + c % 2, (int)(w % 3));
            output(k, width, inputs, c % 3 ? 3 : w % 4 + 1, w % 3 + 1, (int)(c % 2) && w % 3 == 0);
        }
    }
    // More tiles than are worked on at a time.
    winograd(k, 16, 203, 1, 5, 4, 1, BBCU_NO_ACTIVATION);
    winograd(k, 2, 203, 3, 5, 4, 2, BBCU_LEAKY);
    return digest;
}

int main(int count, char **arguments) {
    static const char *const names[] = {"portable", "avx2", "avx512", "neon"};
    uint64_t expected = 0;
    int status = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const bbcu_kernels *kernels = bbcu_kernels_named(names[i]);
        if (!kernels) continue;
        const uint64_t found = check(kernels);
        if (!expected) expected = found;
        printf("%-8s %016llx%s\n", names[i], (unsigned long long)found, found == expected ? "" : " differs");
        if (found != expected) status = 1;
    }
    printf("chosen   %s\n", bbcu_kernels_best()->name);
    // What this machine should choose, where the caller knows it.
    if (count > 1 && strcmp(arguments[1], bbcu_kernels_best()->name)) status = 1;
    return status;
}

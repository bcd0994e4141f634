// The inner loops of BBCUKit. One algorithm for every instruction set: each kernel file includes the same templates
// with another vector width, so that the bits of a result do not depend on the machine.
#ifndef BBCU_KERNELS_H
#define BBCU_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Output channels are computed in blocks of this many; weights are padded with zeros to a multiple of it.
#define BBCU_FLOAT_BLOCK 16
// The same for the 1-bit convolution.
#define BBCU_BINARY_BLOCK 16
// The same for Winograd's convolution.
#define BBCU_WINOGRAD_BLOCK 32
// The largest height and width of a filter.
#define BBCU_MAX_KERNEL 15
// Convolutions to so few outputs have pixels in their lanes.
#define BBCU_PLANAR_OUTPUTS 4
// Pixels and rows of theirs that are worked on at a time, and what a plane takes: also those beside the pixels.
#define BBCU_PLANAR_PIXELS 32
#define BBCU_PLANAR_ROWS 4
#define BBCU_PLANAR_STRIDE 48

// A convolution with stride 1 over rows [first_row, end_row) of an image that already carries its border:
// feature maps are row-major with channels innermost, input is (height + kernel - 1) x (width + kernel - 1).
typedef struct {
    size_t width;    // of the output, in pixels
    size_t inputs;   // channels
    size_t outputs;  // channels
    size_t kernel;   // height and width of the filter
    size_t first_row, end_row;
} bbcu_geometry;

// weights: [block of outputs][kernel row][kernel column][input][output within the block].
// Each output starts from its bias and takes fused multiply-adds in the order kernel row, kernel column, input.
// magnitudes, where not NULL, receives the sum of |partial sum| after every step: the running error bound is half an
// ULP of 1 times it (Higham, Accuracy and Stability of Numerical Algorithms, section 3.3).
typedef void bbcu_float_convolution(const bbcu_geometry *geometry, const float *input, const float *weights,
                                    const float *bias, float *output, float *magnitudes);
typedef void bbcu_double_convolution(const bbcu_geometry *geometry, const double *input, const double *weights,
                                     const double *bias, double *output, double *magnitudes);

// The rows under a filter, from the border's first pixel on.
typedef struct {
    const float *row[BBCU_MAX_KERNEL];
} bbcu_rows;

// signs, weight_signs: one bit a channel, 64 to a word, bit 1 is +1; unused bits of the last word are 0. Each is a row
// of the image with its border, of which the kernel has `kernel`.
// valid, weight_valid: bit 1 where the value is not zero, in the same layout.
// has_zero: per pixel, not 0 where any channel's valid bit is 0 (border pixels of a zero padding included).
// weights: [block of outputs][kernel row][kernel column][word of 32][output within the block].
// weights_have_zero: whether any weight is zero; the masks are then used everywhere.
typedef uint32_t __attribute__((may_alias)) bbcu_word;
typedef struct {
    const uint64_t *signs[BBCU_MAX_KERNEL];
    const uint64_t *valid[BBCU_MAX_KERNEL];
    const uint8_t *has_zero[BBCU_MAX_KERNEL];
    size_t inputs;
    size_t kernel;
    const uint32_t *weight_signs;
    const uint32_t *weight_valid;
    int weights_have_zero;
} bbcu_binary_rows;

// sums: exact integer sums of pixels [first, end) of a row with `outputs` channels innermost.
typedef void bbcu_binary_sums(const bbcu_binary_rows *rows, size_t first, size_t end, size_t outputs, int32_t *sums);

// A row of signs that is written, without its border. zero_sign: the sign of exactly zero. shift: added before the
// sign, one a channel, padded to a multiple of 16.
typedef struct {
    uint64_t *signs;  // NULL: no signs are wanted
    uint64_t *valid;
    uint8_t *has_zero;
    const float *shift;
    int zero_sign;
} bbcu_sign_row;

// A row of a feature map that is written, without its border.
typedef struct {
    float *values;
    bbcu_sign_row signs;
} bbcu_row;

enum { BBCU_NO_ACTIVATION, BBCU_RELU, BBCU_LEAKY };

// A 1-bit unit with the rows that it reads. Outputs are factor x factor groups of `channels`, of which group i factor + j
// lands in row i, column j of the result; each group is padded to `blocks` of 16, and so are the parameters.
// shortcut: the unit's input, `channels` a pixel, added to every pixel that comes of it.
typedef struct {
    bbcu_binary_rows rows;
    size_t factor;
    size_t channels;
    size_t blocks;
    const float *alpha;
    const float *bias;  // or NULL
    const float *first_bias;
    const float *slope;
    const float *second_bias;
    const float *shortcut;
    int activation;
    float leaky_slope;
} bbcu_unit;

// Pixels [first, end) of the input's row to `factor` rows. Returns 0 where a value is not finite.
typedef int bbcu_unit_row(const bbcu_unit *unit, const bbcu_row *out, size_t first, size_t end);

// A float convolution of pixels [first, end) of one row to `factor` rows, `geometry->outputs` values of each, and what
// follows it: weights and bias of each row's outputs, padded to whole blocks, one after the other. Returns 0 where a
// value is not finite.
typedef int bbcu_float_row(const bbcu_geometry *geometry, const bbcu_rows *rows, const float *weights,
                           const float *bias, size_t first, size_t end, const bbcu_row *out, size_t factor,
                           int activation, float slope);

// Outputs of a tile of Winograd's convolution, a side.
#define BBCU_WINOGRAD_TILE 4
// Tiles that are worked on at a time.
#define BBCU_WINOGRAD_TILES 24

// A 3x3 convolution by Winograd's minimal filtering, in tiles of 4x4 outputs that begin at the image's origin, and what
// follows it. Outputs are factor x factor groups of `channels` as in bbcu_unit, padded to `blocks` of 16 each, and
// together to whole blocks of BBCU_WINOGRAD_BLOCK.
// weights: [block of outputs][point][input][output within the block], transformed: point 6 y + x.
// scratch: bbcu_winograd_scratch floats, for the caller alone.
typedef struct {
    size_t width;   // of the image
    size_t inputs;
    size_t group;   // inputs whose products are summed before they are added to the others'
    size_t factor;
    size_t channels;
    size_t blocks;
    const float *weights;
    const float *bias;
    int activation;
    float leaky_slope;
    float *scratch;
} bbcu_winograd;

// A row of tiles: pixels [first, end), which begin at a multiple of 4 and end at one or with the image. rows: the 6 rows
// that it reads, from the border's first pixel on. out: `height` x factor rows; fewer than 4 where the image ends.
// Returns 0 where a value is not finite.
typedef int bbcu_winograd_row(const bbcu_winograd *winograd, const bbcu_rows *rows, const bbcu_row *out, size_t height,
                              size_t first, size_t end);

// Channels that a tile's transformed inputs take.
static inline size_t bbcu_winograd_depth(size_t inputs) { return (inputs + 15) / 16 * 16; }

// Transformed inputs, sums of products, and the inputs of one tile where the image ends.
static inline size_t bbcu_winograd_scratch(size_t inputs) {
    const size_t depth = bbcu_winograd_depth(inputs), side = BBCU_WINOGRAD_TILE + 2;
    return side * side * (BBCU_WINOGRAD_TILES * (depth + BBCU_WINOGRAD_BLOCK) + 32 + depth);
}

// A convolution to at most BBCU_PLANAR_OUTPUTS outputs: pixels [first, end), at most BBCU_PLANAR_PIXELS, of rows
// [first_row, end_row), at most BBCU_PLANAR_ROWS. rows: those that they read, one after the other, channels innermost,
// from the border's first pixel on. weights: [kernel row][kernel column][input][output], padded to BBCU_PLANAR_OUTPUTS,
// as bias is. sums: bbcu_planar_scratch floats, which begin with the result: [row][output][pixel], of which there are
// BBCU_PLANAR_STRIDE.
typedef void bbcu_planar_rows(const bbcu_geometry *geometry, const bbcu_rows *rows, const float *weights,
                              const float *bias, size_t first, size_t end, float *sums);
static inline size_t bbcu_planar_scratch(size_t inputs) {
    return (BBCU_PLANAR_ROWS * BBCU_PLANAR_OUTPUTS + inputs) * BBCU_PLANAR_STRIDE;
}

// The end of a network for at most BBCU_PLANAR_PIXELS of a row of the result: the image times k, upsampled where upscale > 1, plus the planes (or
// less them), divided.
typedef struct {
    size_t channels;
    size_t upscale;
    int subtracts;
    float factor;
    float divisor;
    const float *top;     // rows of the image
    const float *bottom;
    float row_share;
    // Where each column of an upsampled image comes from: the pixels left and right, and the share of the right one.
    const uint32_t *left;
    const uint32_t *right;
    const float *share;
} bbcu_skip;

typedef int bbcu_emit(const bbcu_skip *skip, const float *planes, size_t stride, size_t first, size_t end,
                      float *output);
typedef void bbcu_scale(const float *input, float factor, size_t count, float *output);

// RPReLU of pixels: + b0, PReLU, + b1.
typedef void bbcu_rectify_floats(const float *values, size_t pixels, size_t channels, const float *first_bias,
                                 const float *slope, const float *second_bias, float *output);
typedef void bbcu_rectify_doubles(const double *values, size_t pixels, size_t channels, const double *first_bias,
                                  const double *slope, const double *second_bias, double *output);

// From what a convolution can be off to what the RPReLU after it can be, in place. convolved: what it made. unit: the
// rounding of an operation as a share of its result; underflow: what a product can lose beside it.
typedef struct {
    size_t channels;
    const double *first_bias;
    const double *slope;
    const double *second_bias;
    const double *steepest;  // the most that an error grows by
    double unit;
    double underflow;
} bbcu_branch;
typedef void bbcu_branch_errors(const bbcu_branch *branch, const double *convolved, size_t pixels, double *errors);

// Whether all values are as close to the expected ones as the limits say, with finite bounds.
typedef struct {
    double difference;
    double share;    // of the bound
    uint32_t steps;  // from one float32 to the next
} bbcu_limits;
typedef int bbcu_within(const float *values, const double *expected, const double *bounds, size_t count,
                        const bbcu_limits *limits);

// What a core does at best: each function does so much in a round, in registers alone. A product is one of 1-bit
// weights, of which a word of 32 bits has 32.
typedef struct {
    float (*multiply_adds)(size_t rounds);
    size_t multiply_adds_a_round;
    uint32_t (*counts)(size_t rounds);
    size_t products_a_round;
} bbcu_peak;

typedef struct {
    const char *name;
    bbcu_float_convolution *float_convolution;
    bbcu_double_convolution *double_convolution;
    bbcu_binary_sums *binary_sums;
    bbcu_float_row *float_row;
    bbcu_unit_row *unit_row;
    bbcu_winograd_row *winograd_row;
    bbcu_planar_rows *planar_rows;
    bbcu_emit *emit;
    bbcu_scale *scale;
    bbcu_rectify_floats *rectify_floats;
    bbcu_rectify_doubles *rectify_doubles;
    bbcu_branch_errors *branch_errors;
    bbcu_within *within;
    const bbcu_peak *peak;
} bbcu_kernels;

static inline void bbcu_set_row(bbcu_rows *rows, size_t kernel_row, const float *row) { rows->row[kernel_row] = row; }

static inline void bbcu_set_binary_row(bbcu_binary_rows *rows, size_t kernel_row, const uint64_t *signs,
                                       const uint64_t *valid, const uint8_t *has_zero) {
    rows->signs[kernel_row] = signs;
    rows->valid[kernel_row] = valid;
    rows->has_zero[kernel_row] = has_zero;
}

// Threads that share a frame. They wait for work until the team is destroyed.
typedef struct bbcu_team bbcu_team;
typedef void bbcu_work(void *context, uint32_t thread);
// The caller counts as the first thread. Has fewer threads where the system gives no more; NULL without memory.
bbcu_team *bbcu_team_create(uint32_t threads);
uint32_t bbcu_team_threads(const bbcu_team *team);
// Calls `work` on every thread, and returns when all are done.
void bbcu_team_run(bbcu_team *team, bbcu_work *work, void *context);
// Within a frame: waits for all threads.
void bbcu_team_wait(bbcu_team *team);
void bbcu_team_destroy(bbcu_team *team);

// The kernels for an instruction set, by name (portable, avx2, avx512, neon), or NULL where this machine has it not.
const bbcu_kernels *bbcu_kernels_named(const char *name);

// The fastest kernels this machine can run.
const bbcu_kernels *bbcu_kernels_best(void);

#endif

// The inner loops of BBCUKit. One algorithm for every instruction set: each kernel file includes the same templates
// with another vector width, so that the bits of a result do not depend on the machine.
#ifndef BBCU_KERNELS_H
#define BBCU_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Output channels are computed in blocks of this many; weights are padded with zeros to a multiple of it.
#define BBCU_FLOAT_BLOCK 16
// The same for the 1-bit convolution.
#define BBCU_BINARY_BLOCK 8

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

// signs, weight_signs: one bit a channel, 64 to a word, bit 1 is +1; unused bits of the last word are 0.
// valid, weight_valid: bit 1 where the value is not zero, in the same layout.
// has_zero: per pixel, not 0 where any channel's valid bit is 0 (border pixels of a zero padding included).
// weights: [block of outputs][kernel row][kernel column][word][output within the block].
// weights_have_zero: whether any weight is zero; the masks are then used everywhere.
// sums: exact integer sums, row-major with outputs innermost.
typedef struct {
    const uint64_t *signs;
    const uint64_t *valid;
    const uint8_t *has_zero;
    const uint64_t *weight_signs;
    const uint64_t *weight_valid;
    int weights_have_zero;
} bbcu_binary_planes;

typedef void bbcu_binary_convolution(const bbcu_geometry *geometry, const bbcu_binary_planes *planes, int32_t *sums);

typedef struct {
    const char *name;
    bbcu_float_convolution *float_convolution;
    bbcu_double_convolution *double_convolution;
    bbcu_binary_convolution *binary_convolution;
} bbcu_kernels;

// The kernels for an instruction set, by name (portable, avx2, avx512, neon), or NULL where this machine has it not.
const bbcu_kernels *bbcu_kernels_named(const char *name);

// The fastest kernels this machine can run.
const bbcu_kernels *bbcu_kernels_best(void);

#endif

// Operations on single values, for a scalar type given by the including file: SCALAR, NAME(suffix). Plain loops, each
// operation rounded on its own, so that neither the width nor the order changes a result.
// No include guard: a kernel file includes this once for float and once for double.

#pragma STDC FP_CONTRACT OFF

// RPReLU: + b0, PReLU, + b1.
static void NAME(rectify)(const SCALAR *restrict values, size_t pixels, size_t channels,
                          const SCALAR *restrict first_bias, const SCALAR *restrict slope,
                          const SCALAR *restrict second_bias, SCALAR *restrict output) {
    for (size_t pixel = 0; pixel < pixels; pixel++, values += channels, output += channels) {
        for (size_t channel = 0; channel < channels; channel++) {
            const SCALAR shifted = values[channel] + first_bias[channel];
            const SCALAR sloped = slope[channel] * shifted;
            output[channel] = (shifted > 0 ? shifted : sloped) + second_bias[channel];
        }
    }
}

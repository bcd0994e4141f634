// What the comparison of two runs does to every value: NAME(suffix) is given by the including file. Plain loops in
// float64, as in elementwise_template.h.

#include <float.h>

#pragma STDC FP_CONTRACT OFF

static void NAME(branch_errors)(const bbcu_branch *b, const double *restrict convolved, size_t pixels,
                                double *restrict errors) {
    const size_t channels = b->channels;
    const double unit = b->unit, underflow = b->underflow;
    const double *restrict first_bias = b->first_bias, *restrict slope = b->slope;
    const double *restrict second_bias = b->second_bias, *restrict steepest = b->steepest;
    for (size_t pixel = 0; pixel < pixels; pixel++, convolved += channels, errors += channels) {
        for (size_t channel = 0; channel < channels; channel++) {
            const double first = convolved[channel] + first_bias[channel];
            const double scaled = slope[channel] * first;
            const double activated = first > 0 ? first : scaled;
            const double second = activated + second_bias[channel];
            errors[channel] = steepest[channel] * (errors[channel] + unit * __builtin_fabs(first)) +
                              unit * (__builtin_fabs(activated) + __builtin_fabs(second)) + underflow;
        }
    }
}

// The place of a number among all numbers of float32; both zeros have one.
static inline int32_t NAME(ordinal)(float value) {
    int32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

static int NAME(within)(const float *values, const double *expected, const double *bounds, size_t count,
                        const bbcu_limits *limits) {
    const double difference = limits->difference, share = limits->share;
    const uint32_t steps = limits->steps;
    uint64_t open = 0;
    // Written so that a NaN is not within anything.
    for (size_t i = 0; i < count; i++) {
        const double distance = __builtin_fabs((double)values[i] - expected[i]);
        open |= !((distance <= difference) & (distance <= bounds[i] * share) & (bounds[i] <= DBL_MAX));
    }
    if (open) return 0;
    uint32_t far = 0;
    for (size_t i = 0; i < count; i++) {
        const int32_t one = NAME(ordinal)(values[i]), other = NAME(ordinal)((float)expected[i]);
        const uint32_t distance = one > other ? (uint32_t)one - (uint32_t)other : (uint32_t)other - (uint32_t)one;
        far |= distance > steps;
    }
    return !far;
}

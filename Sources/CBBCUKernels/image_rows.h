// What happens to the rows of images at both ends of a network: times k, and the skip at the end. Plain loops, each
// operation rounded on its own as in the layer-wise path.

#pragma STDC FP_CONTRACT OFF

static void NAME(scale)(const float *input, float factor, size_t count, float *output) {
    for (size_t i = 0; i < count; i++) output[i] = input[i] * factor;
}

// The skip's value: (1 - v) ((1 - h) a + h b) + v ((1 - h) c + h d), from the image times k.
static inline __attribute__((always_inline)) float NAME(skip)(const bbcu_skip *s, size_t x, size_t left,
                                                              size_t right) {
    const float share = s->share[x], rest = 1 - share;
    const float upper = rest * (s->top[left] * s->factor) + share * (s->top[right] * s->factor);
    const float lower = rest * (s->bottom[left] * s->factor) + share * (s->bottom[right] * s->factor);
    return (1 - s->row_share) * upper + s->row_share * lower;
}

// Pixel by pixel, not channel by channel: a pixel's neighbours are loaded as they lie, where lanes of pixels would
// have to gather them.
static inline __attribute__((always_inline)) int NAME(emit_pixels)(const bbcu_skip *s, const float *planes,
                                                                   size_t stride, size_t first, size_t end,
                                                                   float *restrict output, const size_t channels,
                                                                   const int enlarges) {
    float rests[4] = {0};  // 0 as long as all is finite; several, so that none waits for another's
    for (size_t x = first; x < end; x++) {
        const size_t left = enlarges ? s->left[x] * channels : x * channels;
        const size_t right = enlarges ? s->right[x] * channels : 0;
        for (size_t channel = 0; channel < channels; channel++) {
            const float skip = enlarges ? NAME(skip)(s, x, left + channel, right + channel)
                                        : s->top[left + channel] * s->factor;
            const float value = planes[channel * stride + x - first];
            const float result = (s->subtracts ? skip - value : value + skip) / s->divisor;
            rests[channel % 4] += result - result;
            output[x * channels + channel] = result;
        }
    }
    return rests[0] + rests[1] + rests[2] + rests[3] == 0;
}

// The last operations of a network on one row of pixels [first, end): planes of the last convolution to the image.
static int NAME(emit)(const bbcu_skip *s, const float *planes, size_t stride, size_t first, size_t end,
                      float *output) {
    if (s->channels == 3)
        return s->upscale > 1 ? NAME(emit_pixels)(s, planes, stride, first, end, output, 3, 1)
                              : NAME(emit_pixels)(s, planes, stride, first, end, output, 3, 0);
    return s->upscale > 1 ? NAME(emit_pixels)(s, planes, stride, first, end, output, s->channels, 1)
                          : NAME(emit_pixels)(s, planes, stride, first, end, output, s->channels, 0);
}

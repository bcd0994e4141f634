// What happens to the rows of images at both ends of a network: times k, and the skip at the end. Plain loops, each
// operation rounded on its own as in the layer-wise path.

#pragma STDC FP_CONTRACT OFF

static void NAME(scale)(const float *input, float factor, size_t count, float *output) {
    for (size_t i = 0; i < count; i++) output[i] = input[i] * factor;
}

// A channel of a row of the skip: (1 - v) ((1 - h) a + h b) + v ((1 - h) c + h d), from the image times k.
static void NAME(skip)(const bbcu_skip *s, size_t channel, size_t first, size_t end, float *restrict output) {
    const float row_share = s->row_share, upper_share = 1 - row_share, factor = s->factor;
    const uint32_t *left = s->left + first, *right = s->right + first, channels = (uint32_t)s->channels;
    const float *share = s->share + first, *top = s->top + channel, *bottom = s->bottom + channel;
    for (size_t i = 0; i < end - first; i++) {
        const uint32_t a = left[i] * channels, b = right[i] * channels;
        const float rest = 1 - share[i];
        const float upper = rest * (top[a] * factor) + share[i] * (top[b] * factor);
        const float lower = rest * (bottom[a] * factor) + share[i] * (bottom[b] * factor);
        output[i] = upper_share * upper + row_share * lower;
    }
}

// The last operations of a network on one row of pixels [first, end): planes of the last convolution to the image.
static int NAME(emit)(const bbcu_skip *s, const float *planes, size_t stride, size_t first, size_t end,
                      float *output) {
    float row[BBCU_PLANAR_PIXELS], total = 0;
    for (size_t channel = 0; channel < s->channels; channel++) {
        const float *values = planes + channel * stride;
        if (s->upscale > 1) {
            NAME(skip)(s, channel, first, end, row);
        } else {
            for (size_t x = first; x < end; x++) row[x - first] = s->top[x * s->channels + channel] * s->factor;
        }
        for (size_t i = 0; i < end - first; i++) {
            const float sum = s->subtracts ? row[i] - values[i] : values[i] + row[i];
            row[i] = sum / s->divisor;
            total += row[i] - row[i];
        }
        for (size_t x = first; x < end; x++) output[x * s->channels + channel] = row[x - first];
    }
    return total == 0;
}

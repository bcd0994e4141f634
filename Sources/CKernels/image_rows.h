// What happens to the rows of images at both ends of a network: times k, and the skip at the end. Plain loops, each
// operation rounded on its own as in the layer-wise path.

#pragma STDC FP_CONTRACT OFF

static void NAME(scale)(const float *input, float factor, size_t count, float *output) {
    for (size_t i = 0; i < count; i++) output[i] = input[i] * factor;
}

// Each channel of a row of the skip: (1 - v) ((1 - h) a + h b) + v ((1 - h) c + h d), from the image times k.
static void NAME(skip)(const bbcu_skip *s, size_t channel, size_t first, size_t end, float *output) {
    const float upper_share = 1 - s->row_share;
    for (size_t x = first; x < end; x++) {
        const bbcu_column column = s->columns[x];
        const size_t left = column.first * s->channels + channel;
        const size_t right = column.second * s->channels + channel;
        const float share = 1 - column.share;
        const float upper = share * (s->top[left] * s->factor) + column.share * (s->top[right] * s->factor);
        const float lower = share * (s->bottom[left] * s->factor) + column.share * (s->bottom[right] * s->factor);
        output[x - first] = upper_share * upper + s->row_share * lower;
    }
}

// The last operations of a network on one row of pixels [first, end): planes of the last convolution to the image.
static int NAME(emit)(const bbcu_skip *s, const float *planes, size_t stride, size_t first, size_t end,
                      float *output) {
    float row[BBCU_SEGMENT], total = 0;
    for (size_t channel = 0; channel < s->channels; channel++) {
        const float *plane = planes + channel * stride;
        for (size_t start = first; start < end; start += BBCU_SEGMENT) {
            const size_t stop = end - start < BBCU_SEGMENT ? end : start + BBCU_SEGMENT;
            const float *values = plane + (start - first);
            if (s->upscale > 1) {
                NAME(skip)(s, channel, start, stop, row);
            } else {
                for (size_t x = start; x < stop; x++) row[x - start] = s->top[x * s->channels + channel] * s->factor;
            }
            for (size_t i = 0; i < stop - start; i++) {
                const float sum = s->subtracts ? row[i] - values[i] : values[i] + row[i];
                row[i] = sum / s->divisor;
                total += row[i] - row[i];
            }
            for (size_t x = start; x < stop; x++) output[x * s->channels + channel] = row[x - start];
        }
    }
    return total == 0;
}

// (C r r) of a row's pixels to r rows of C, in the order that `sources` gives: channel of row i, column j, channel c.
static void NAME(shuffle)(const float *row, size_t inputs, size_t factor, const uint32_t *sources, size_t first,
                          size_t end, const bbcu_row *out) {
    const size_t channels = inputs / (factor * factor);
    for (size_t i = 0; i < factor; i++)
        for (size_t x = first; x < end; x++)
            for (size_t j = 0; j < factor; j++) {
                const uint32_t *source = sources + (i * factor + j) * channels;
                float *target = out[i].values + (x * factor + j) * channels;
                for (size_t c = 0; c < channels; c++) target[c] = row[x * inputs + source[c]];
            }
}

#include "jpeg_failure.h"

#include <stdlib.h>
#include <string.h>

struct encoder {
    struct jpeg_compress_struct info;
    struct jpeg_failure failure;
    struct jpeg_destination_mgr target;
    const jpeg_shim_image *image;
    int quality;
    uint8_t *bytes;
    size_t count, capacity;
};

static struct encoder *encoder_of(j_compress_ptr info) { return info->client_data; }

static void offer(struct encoder *encoder, size_t used, size_t capacity) {
    uint8_t *bytes = realloc(encoder->bytes, capacity);
    if (bytes == NULL) jpeg_failure_raise((j_common_ptr)&encoder->info, jpeg_shim_no_memory, "out of memory");
    encoder->bytes = bytes;
    encoder->capacity = capacity;
    encoder->target.next_output_byte = bytes + used;
    encoder->target.free_in_buffer = capacity - used;
}

static void begin(j_compress_ptr info) { offer(encoder_of(info), 0, 1 << 16); }

// libjpeg calls it when the memory is full, whatever `free_in_buffer` says.
static boolean extend(j_compress_ptr info) {
    struct encoder *encoder = encoder_of(info);
    offer(encoder, encoder->capacity, 2 * encoder->capacity);
    return TRUE;
}

static void end(j_compress_ptr info) {
    struct encoder *encoder = encoder_of(info);
    encoder->count = encoder->capacity - encoder->target.free_in_buffer;
}

static void check_sizes(struct encoder *encoder) {
    const jpeg_shim_image *image = encoder->image;
    const size_t row = (size_t)image->width * image->channels;
    if ((image->channels == 1 || image->channels == 3) && row > 0 && image->byte_count % row == 0 &&
        image->byte_count / row == image->height) {
        return;
    }
    jpeg_failure_raise((j_common_ptr)&encoder->info, jpeg_shim_damaged, "the sizes of the image disagree");
}

static void encode_image(struct encoder *encoder) {
    j_compress_ptr info = &encoder->info;
    const jpeg_shim_image *image = encoder->image;
    jpeg_create_compress(info);
    check_sizes(encoder);
    info->client_data = encoder;
    info->dest = &encoder->target;
    encoder->target.init_destination = begin;
    encoder->target.empty_output_buffer = extend;
    encoder->target.term_destination = end;
    info->image_width = image->width;
    info->image_height = image->height;
    info->input_components = image->channels;
    info->in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, encoder->quality, TRUE);
    info->dct_method = JDCT_ISLOW;
    jpeg_start_compress(info, TRUE);
    const size_t row = (size_t)image->width * image->channels;
    while (info->next_scanline < info->image_height) {
        JSAMPROW source = image->samples + info->next_scanline * row;
        jpeg_write_scanlines(info, &source, 1);
    }
    jpeg_finish_compress(info);
    encoder->failure.status = jpeg_shim_ok;
}

static void encode_or_return(struct encoder *encoder) {
    if (setjmp(encoder->failure.escape)) return;
    encode_image(encoder);
}

jpeg_shim_status jpeg_shim_encode(
    const jpeg_shim_image *image, int quality, uint8_t **bytes, size_t *count, char message[jpeg_shim_message_size]) {
    struct encoder encoder = {.image = image, .quality = quality};
    encoder.info.err = jpeg_failure_begin(&encoder.failure, message);
    encode_or_return(&encoder);
    jpeg_destroy_compress(&encoder.info);
    if (encoder.failure.status != jpeg_shim_ok) {
        free(encoder.bytes);
        encoder.bytes = NULL;
        encoder.count = 0;
    }
    *bytes = encoder.bytes;
    *count = encoder.count;
    return encoder.failure.status;
}

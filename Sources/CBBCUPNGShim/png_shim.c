#include "png_shim.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libpng reports errors by longjmp. Everything that changes after setjmp therefore lives in one of the two structs
// below, in the frame of the caller, never in a local of the function that called setjmp.

enum {
    side_limit = 1 << 20,
    chunk_byte_limit = 1 << 23,
    chunk_count_limit = 128,
    signature_size = 8,
};

static bool is_little_endian(void) {
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static void say(char *message, const char *text) { snprintf(message, png_shim_message_size, "%s", text); }

static void on_error(png_structp png, png_const_charp text) {
    say(png_get_error_ptr(png), text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

// Decoding

struct decoder {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count, offset, byte_limit;
    uint64_t filtered_size;
    png_shim_image *image;
    png_shim_status status;
    char *message;
};

static void read_bytes(png_structp png, png_bytep into, size_t length) {
    struct decoder *decoder = png_get_io_ptr(png);
    if (length > decoder->count - decoder->offset) {
        decoder->status = png_shim_truncated;
        png_error(png, "the file ends before its image does");
    }
    memcpy(into, decoder->bytes + decoder->offset, length);
    decoder->offset += length;
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// The bytes of the image's own data chunks, as far as the file has them, and whether the file ends within a chunk.
static size_t data_size(const uint8_t *bytes, size_t count, bool *is_cut) {
    const size_t header = 8, checksum = 4;
    size_t total = 0, offset = signature_size;
    *is_cut = true;
    while (count - offset >= header) {
        const size_t length = big_endian(bytes + offset), left = count - offset - header;
        if (memcmp(bytes + offset + 4, "IDAT", 4) == 0) total += length < left ? length : left;
        if (length > left || left - length < checksum) return total;
        if (memcmp(bytes + offset + 4, "IEND", 4) == 0) *is_cut = false;
        offset += header + length + checksum;
    }
    return total;
}

// Bytes that the compressed data hold: every row of every pass has one for its filter (PNG, third edition, 7.2, 8.1).
static uint64_t filtered_size(png_structp png, png_infop info) {
    const uint64_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    const uint64_t bits = (uint64_t)png_get_bit_depth(png, info) * png_get_channels(png, info);
    if (png_get_interlace_type(png, info) == PNG_INTERLACE_NONE) return height * (1 + (width * bits + 7) / 8);
    uint64_t total = 0;
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
        const uint64_t columns = PNG_PASS_COLS((png_uint_32)width, pass);
        const uint64_t rows = PNG_PASS_ROWS((png_uint_32)height, pass);
        if (columns > 0) total += rows * (1 + (columns * bits + 7) / 8);
    }
    return total;
}

// libpng checks the sides too, but calls one beyond its limit damage.
static png_shim_status check_start(const uint8_t *bytes, size_t count, png_shim_image *image, char *message) {
    const size_t compared = count < signature_size ? count : signature_size;
    if (compared == 0 || png_sig_cmp(bytes, 0, compared) != 0) {
        say(message, "it does not start with a PNG signature");
        return png_shim_not_png;
    }
    const size_t type = signature_size + 4, width = type + 4, height = width + 4;
    if (count < height + 4 || memcmp(bytes + type, "IHDR", 4) != 0) return png_shim_ok;
    image->width = big_endian(bytes + width);
    image->height = big_endian(bytes + height);
    if (image->width <= side_limit && image->height <= side_limit) return png_shim_ok;
    say(message, "a side is too long");
    return png_shim_too_large;
}

static void set_limits(png_structp png) {
    png_set_user_limits(png, side_limit, side_limit);
    png_set_chunk_cache_max(png, chunk_count_limit);
    png_set_chunk_malloc_max(png, chunk_byte_limit);
    // A checksum that does not match is damage in every chunk, and no chunk but those of the samples is kept.
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
}

// A bit of deflate's data makes at most 129 bytes of a match (RFC 1951, 3.2.5): 258 bytes of two bits.
static void check_data(struct decoder *decoder) {
    bool is_cut;
    const uint64_t most = 1032 * (uint64_t)data_size(decoder->bytes, decoder->count, &is_cut);
    if (decoder->filtered_size <= most) return;
    if (is_cut) decoder->status = png_shim_truncated;
    png_error(decoder->png, "the file has fewer data than its image needs");
}

static void allocate(struct decoder *decoder) {
    png_shim_image *image = decoder->image;
    image->width = png_get_image_width(decoder->png, decoder->info);
    image->height = png_get_image_height(decoder->png, decoder->info);
    image->channels = png_get_channels(decoder->png, decoder->info);
    image->bit_depth = png_get_bit_depth(decoder->png, decoder->info);
    const size_t row = png_get_rowbytes(decoder->png, decoder->info);
    if (row == 0 || image->height > decoder->byte_limit / row) {
        decoder->status = png_shim_too_large;
        png_error(decoder->png, "its samples are too many");
    }
    check_data(decoder);
    image->byte_count = row * image->height;
    image->samples = malloc(image->byte_count);
    if (image->samples == NULL) {
        decoder->status = png_shim_no_memory;
        png_error(decoder->png, "out of memory");
    }
}

static void decode_image(struct decoder *decoder) {
    png_structp png = decoder->png;
    set_limits(png);
    png_set_read_fn(png, decoder, read_bytes);
    png_read_info(png, decoder->info);
    decoder->filtered_size = filtered_size(png, decoder->info);
    png_set_expand(png);
    if (is_little_endian()) png_set_swap(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, decoder->info);
    allocate(decoder);

    const size_t row = png_get_rowbytes(png, decoder->info);
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < decoder->image->height; y++) {
            png_read_row(png, decoder->image->samples + y * row, NULL);
        }
    }
    png_read_end(png, NULL);
    decoder->status = png_shim_ok;
}

static void decode_or_return(struct decoder *decoder) {
    if (setjmp(png_jmpbuf(decoder->png))) return;
    decode_image(decoder);
}

png_shim_status png_shim_decode(
    const uint8_t *bytes, size_t count, size_t byte_limit, png_shim_image *image, char message[png_shim_message_size]) {
    memset(image, 0, sizeof *image);
    say(message, "out of memory");
    const png_shim_status start = check_start(bytes, count, image, message);
    if (start != png_shim_ok) return start;

    struct decoder decoder = {
        .bytes = bytes, .count = count, .byte_limit = byte_limit, .image = image, .message = message,
        .status = png_shim_no_memory,
    };
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
    if (decoder.png != NULL) decoder.info = png_create_info_struct(decoder.png);
    if (decoder.info != NULL) {
        decoder.status = png_shim_damaged;
        decode_or_return(&decoder);
    }
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    if (decoder.status != png_shim_ok) {
        free(image->samples);
        image->samples = NULL;
    }
    return decoder.status;
}

// Encoding

struct encoder {
    png_structp png;
    png_infop info;
    const png_shim_image *image;
    int level;
    uint8_t *bytes;
    size_t count, capacity;
    png_shim_status status;
};

static void write_bytes(png_structp png, png_bytep from, size_t length) {
    struct encoder *encoder = png_get_io_ptr(png);
    if (length > encoder->capacity - encoder->count) {
        const size_t capacity = 2 * encoder->capacity + length;
        uint8_t *bytes = realloc(encoder->bytes, capacity);
        if (bytes == NULL) {
            encoder->status = png_shim_no_memory;
            png_error(png, "out of memory");
        }
        encoder->bytes = bytes;
        encoder->capacity = capacity;
    }
    memcpy(encoder->bytes + encoder->count, from, length);
    encoder->count += length;
}

static void flush_nothing(png_structp png) { (void)png; }

static void encode_image(struct encoder *encoder) {
    static const int colour_types[] = {
        PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA,
    };
    png_structp png = encoder->png;
    const png_shim_image *image = encoder->image;
    const size_t row = (size_t)image->width * image->channels * (image->bit_depth / 8);
    if (image->channels < 1 || image->channels > 4 || row == 0 || image->byte_count / row != image->height) {
        png_error(png, "the sizes of the image disagree");
    }
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_write_fn(png, encoder, write_bytes, flush_nothing);
    png_set_compression_level(png, encoder->level);
    png_set_IHDR(
        png, encoder->info, image->width, image->height, image->bit_depth, colour_types[image->channels - 1],
        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, encoder->info);
    if (image->bit_depth == 16 && is_little_endian()) png_set_swap(png);
    for (uint32_t y = 0; y < image->height; y++) png_write_row(png, image->samples + y * row);
    png_write_end(png, encoder->info);
    encoder->status = png_shim_ok;
}

static void encode_or_return(struct encoder *encoder) {
    if (setjmp(png_jmpbuf(encoder->png))) return;
    encode_image(encoder);
}

png_shim_status png_shim_encode(
    const png_shim_image *image, int level, uint8_t **bytes, size_t *count, char message[png_shim_message_size]) {
    say(message, "out of memory");
    struct encoder encoder = {.image = image, .level = level, .status = png_shim_no_memory};
    encoder.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
    if (encoder.png != NULL) encoder.info = png_create_info_struct(encoder.png);
    if (encoder.info != NULL) {
        encoder.status = png_shim_damaged;
        encode_or_return(&encoder);
    }
    png_destroy_write_struct(&encoder.png, &encoder.info);
    if (encoder.status != png_shim_ok) {
        free(encoder.bytes);
        encoder.bytes = NULL;
        encoder.count = 0;
    }
    *bytes = encoder.bytes;
    *count = encoder.count;
    return encoder.status;
}

void png_shim_free(uint8_t *memory) { free(memory); }

#pragma once
#include <stddef.h>
#include <stdint.h>

/// What became of a call.
typedef enum {
    jpeg_shim_ok,
    jpeg_shim_not_jpeg,
    jpeg_shim_truncated,
    jpeg_shim_damaged,
    /// JPEG, but of a kind that is not read: CMYK, arithmetic coding, lossless, 12 bits, too many scans.
    jpeg_shim_unsupported,
    jpeg_shim_too_large,
    jpeg_shim_no_memory,
} jpeg_shim_status;

/// What a pixel consists of.
typedef enum {
    /// Grey of a file of one component, else RGB.
    jpeg_shim_colours,
    /// The first component alone: Y, or grey.
    jpeg_shim_luma,
    /// The components as they are stored: grey, or Y, Cb and Cr, the latter two at the size of Y.
    jpeg_shim_stored,
} jpeg_shim_kind;

enum {
    jpeg_shim_message_size = 200,
    /// The most scans that a file may have: decoding takes time for every pixel in each, and an encoder makes about 10.
    jpeg_shim_scan_limit = 100,
};

/// An image in memory: rows from the top, pixels from the left, channels interleaved, nothing between rows, a byte a
/// sample. Channels: 1 grey, 3 RGB or YCbCr.
typedef struct {
    uint32_t width, height;
    uint8_t channels;
    uint8_t *samples;
    size_t byte_count;
} jpeg_shim_image;

/// Decodes a JPEG file held in memory, as libjpeg does unless told otherwise: the slow integer DCT, chroma
/// interpolated. Whatever libjpeg only warns of, such as data that end early, is an error. More than `byte_limit`
/// samples, those of every component counted, are `jpeg_shim_too_large`; width and height are set as soon as they
/// are known. On success `jpeg_shim_free` frees `image->samples`; otherwise it is NULL and `message` says in words
/// what is wrong.
jpeg_shim_status jpeg_shim_decode(
    const uint8_t *bytes, size_t count, size_t byte_limit, jpeg_shim_kind kind, jpeg_shim_image *image,
    char message[jpeg_shim_message_size]);

/// Encodes grey or RGB samples as a baseline JPEG file in memory, by libjpeg's tables at a quality of 1 to 100 and the
/// slow integer DCT; the chroma of RGB is halved both ways.
/// On success `jpeg_shim_free` frees `*bytes`; otherwise it is NULL and `message` says in words what is wrong.
jpeg_shim_status jpeg_shim_encode(
    const jpeg_shim_image *image, int quality, uint8_t **bytes, size_t *count, char message[jpeg_shim_message_size]);

/// Frees what the functions above allocated; NULL is allowed.
void jpeg_shim_free(uint8_t *memory);

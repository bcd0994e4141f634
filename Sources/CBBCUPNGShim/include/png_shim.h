#pragma once
#include <stddef.h>
#include <stdint.h>

/// What became of a call.
typedef enum {
    png_shim_ok,
    png_shim_not_png,
    png_shim_truncated,
    png_shim_damaged,
    png_shim_too_large,
    png_shim_no_memory,
} png_shim_status;

enum { png_shim_message_size = 192 };

/// An image in memory: rows from the top, pixels from the left, channels interleaved, nothing between rows.
/// A sample is one byte at bit depth 8, a `uint16_t` in the host's order at 16.
/// Channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
typedef struct {
    uint32_t width, height;
    uint8_t channels, bit_depth;
    uint8_t *samples;
    size_t byte_count;
} png_shim_image;

/// Decodes a PNG file held in memory. Palettes become RGB, greys of fewer than 8 bits become 8 bits, transparent
/// colours become alpha; gamma and colour profiles are not applied. A side over 2^20 pixels or more than
/// `byte_limit` bytes of samples is `png_shim_too_large`; width and height are then those the file declares.
/// On success `png_shim_free` frees `image->samples`; otherwise it is NULL and `message` says in words what is wrong.
png_shim_status png_shim_decode(
    const uint8_t *bytes, size_t count, size_t byte_limit, png_shim_image *image, char message[png_shim_message_size]);

/// Encodes `image` as a PNG file in memory at a zlib compression level of 0 to 9.
/// On success `png_shim_free` frees `*bytes`; otherwise it is NULL and `message` says in words what is wrong.
png_shim_status png_shim_encode(
    const png_shim_image *image, int level, uint8_t **bytes, size_t *count, char message[png_shim_message_size]);

/// Frees what the functions above allocated; NULL is allowed.
void png_shim_free(uint8_t *memory);

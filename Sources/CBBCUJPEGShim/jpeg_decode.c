#include "jpeg_failure.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct decoder {
    struct jpeg_decompress_struct info;
    struct jpeg_failure failure;
    struct jpeg_progress_mgr progress;
    const uint8_t *bytes;
    size_t count, byte_limit;
    jpeg_shim_kind kind;
    jpeg_shim_image *image;
};

static _Noreturn void refuse(struct decoder *decoder, jpeg_shim_status status, const char *text) {
    jpeg_failure_raise((j_common_ptr)&decoder->info, status, text);
}

// libjpeg calls it once for every row of blocks of every scan.
static void check_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number <= jpeg_shim_scan_limit) return;
    jpeg_failure_raise(info, jpeg_shim_unsupported, "more than 100 scans");
}

static J_COLOR_SPACE output_space(struct decoder *decoder) {
    const J_COLOR_SPACE stored = decoder->info.jpeg_color_space;
    const bool is_luma = decoder->kind == jpeg_shim_luma, is_stored = decoder->kind == jpeg_shim_stored;
    if (stored == JCS_GRAYSCALE) return JCS_GRAYSCALE;
    if (stored == JCS_YCbCr) return is_luma ? JCS_GRAYSCALE : is_stored ? JCS_YCbCr : JCS_RGB;
    if (stored == JCS_CMYK || stored == JCS_YCCK) refuse(decoder, jpeg_shim_unsupported, "four inks, CMYK");
    if (stored != JCS_RGB) refuse(decoder, jpeg_shim_unsupported, "components of unknown meaning");
    if (is_luma || is_stored) refuse(decoder, jpeg_shim_unsupported, "RGB without a luma");
    return JCS_RGB;
}

// Every block has a code of at least one bit (ITU-T T.81, F.1.2.1 and G.1.2.1), in which a component's first scan states
// its mean.
static void check_data(struct decoder *decoder) {
    const j_decompress_ptr info = &decoder->info;
    for (int index = 0; index < info->num_components; index++) {
        const jpeg_component_info *component = &info->comp_info[index];
        const uint64_t blocks = (uint64_t)component->width_in_blocks * component->height_in_blocks;
        if (blocks / 8 > decoder->count) refuse(decoder, jpeg_shim_truncated, "fewer data than its image needs");
    }
}

static void read_header(struct decoder *decoder) {
    j_decompress_ptr info = &decoder->info;
    jpeg_mem_src(info, decoder->bytes, (unsigned long)decoder->count);
    jpeg_read_header(info, TRUE);
    // Past the end of its data an arithmetic decoder goes on with zeros, so a file of 200 bytes fills any image.
    if (info->arith_code) refuse(decoder, jpeg_shim_unsupported, "arithmetic coding");
    info->out_color_space = output_space(decoder);
    info->dct_method = JDCT_ISLOW;
    info->do_fancy_upsampling = TRUE;
    const size_t row = (size_t)info->image_width * (size_t)info->num_components;
    if (row == 0 || info->image_height > decoder->byte_limit / row) {
        refuse(decoder, jpeg_shim_too_large, "its samples are too many");
    }
    if (jpeg_has_multiple_scans(info)) check_data(decoder);
    // The coefficients of a file of several scans are kept whole, two bytes each; blocks at the margins are filled up.
    info->mem->max_memory_to_use = (long)(2 * row * info->image_height + (1 << 25));
}

static void allocate(struct decoder *decoder) {
    jpeg_shim_image *image = decoder->image;
    j_decompress_ptr info = &decoder->info;
    image->channels = (uint8_t)info->output_components;
    image->byte_count = (size_t)info->output_width * info->output_height * image->channels;
    image->samples = malloc(image->byte_count);
    if (image->samples == NULL) refuse(decoder, jpeg_shim_no_memory, "out of memory");
}

static void decode_image(struct decoder *decoder) {
    j_decompress_ptr info = &decoder->info;
    jpeg_create_decompress(info);
    decoder->progress.progress_monitor = check_scans;
    info->progress = &decoder->progress;
    read_header(decoder);
    jpeg_start_decompress(info);
    allocate(decoder);
    const size_t row = (size_t)info->output_width * (size_t)info->output_components;
    while (info->output_scanline < info->output_height) {
        JSAMPROW target = decoder->image->samples + info->output_scanline * row;
        jpeg_read_scanlines(info, &target, 1);
    }
    jpeg_finish_decompress(info);
    decoder->failure.status = jpeg_shim_ok;
}

static void decode_or_return(struct decoder *decoder) {
    if (setjmp(decoder->failure.escape)) return;
    decode_image(decoder);
}

jpeg_shim_status jpeg_shim_decode(
    const uint8_t *bytes, size_t count, size_t byte_limit, jpeg_shim_kind kind, jpeg_shim_image *image,
    char message[jpeg_shim_message_size]) {
    memset(image, 0, sizeof *image);
    struct decoder decoder = {
        .bytes = bytes, .count = count, .byte_limit = byte_limit, .kind = kind, .image = image,
    };
    decoder.info.err = jpeg_failure_begin(&decoder.failure, message);
    decode_or_return(&decoder);
    image->width = decoder.info.image_width;
    image->height = decoder.info.image_height;
    jpeg_destroy_decompress(&decoder.info);
    if (decoder.failure.status != jpeg_shim_ok) {
        free(image->samples);
        image->samples = NULL;
    }
    return decoder.failure.status;
}

void jpeg_shim_free(uint8_t *memory) { free(memory); }

#include "jpeg_failure.h"

#include <jerror.h>

_Static_assert((int)jpeg_shim_message_size >= JMSG_LENGTH_MAX, "libjpeg's messages fit");

static jpeg_shim_status status_of(int code) {
    switch (code) {
    case JERR_NO_SOI:
        return jpeg_shim_not_jpeg;
    case JWRN_JPEG_EOF:
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
        return jpeg_shim_truncated;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
    case JERR_NO_BACKING_STORE:
        return jpeg_shim_too_large;
    case JERR_OUT_OF_MEMORY:
        return jpeg_shim_no_memory;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
        return jpeg_shim_unsupported;
    default:
        return jpeg_shim_damaged;
    }
}

static _Noreturn void escape(j_common_ptr info) {
    struct jpeg_failure *failure = (struct jpeg_failure *)info->err;
    longjmp(failure->escape, 1);
}

static void on_error(j_common_ptr info) {
    struct jpeg_failure *failure = (struct jpeg_failure *)info->err;
    failure->status = status_of(info->err->msg_code);
    info->err->format_message(info, failure->message);
    escape(info);
}

// A level below 0 is a warning: what is decoded from there on is a guess.
static void on_message(j_common_ptr info, int level) {
    if (level < 0) on_error(info);
}

static void print_nothing(j_common_ptr info) { (void)info; }

struct jpeg_error_mgr *jpeg_failure_begin(struct jpeg_failure *failure, char message[jpeg_shim_message_size]) {
    struct jpeg_error_mgr *manager = jpeg_std_error(&failure->manager);
    manager->error_exit = on_error;
    manager->emit_message = on_message;
    manager->output_message = print_nothing;
    failure->status = jpeg_shim_damaged;
    failure->message = message;
    snprintf(message, jpeg_shim_message_size, "out of memory");
    return manager;
}

void jpeg_failure_raise(j_common_ptr info, jpeg_shim_status status, const char *text) {
    struct jpeg_failure *failure = (struct jpeg_failure *)info->err;
    failure->status = status;
    snprintf(failure->message, jpeg_shim_message_size, "%s", text);
    escape(info);
}

#pragma once
#include "jpeg_shim.h"

#include <stdio.h>
#include <jpeglib.h>
#include <setjmp.h>

// libjpeg reports errors by a function that must not return, so it jumps. Everything that changes after setjmp therefore
// lives in a struct in the frame of the caller, never in a local of the function that called setjmp.

/// Where libjpeg's errors end; it takes the place of `jpeg_error_mgr`.
struct jpeg_failure {
    struct jpeg_error_mgr manager;
    jmp_buf escape;
    jpeg_shim_status status;
    char *message;
};

/// Prepares `failure` and returns what `err` of a libjpeg struct is set to.
struct jpeg_error_mgr *jpeg_failure_begin(struct jpeg_failure *failure, char message[jpeg_shim_message_size]);

/// Ends with a status and words of ours.
_Noreturn void jpeg_failure_raise(j_common_ptr info, jpeg_shim_status status, const char *text);

#ifndef BBCU_SYSTEM_INTERNAL_H
#define BBCU_SYSTEM_INTERNAL_H

// glibc shows POSIX's and Linux's own functions only where they are asked for, before any header.
#define _GNU_SOURCE 1

#include <signal.h>

#include "bbcu_system.h"

// What the handler calls; each only reads its table and makes calls that POSIX allows in a handler.
void bbcu_unfinished_unlink_all(void);
const char *bbcu_mapping_name(const void *address);
void bbcu_child_end(void);

// The signals whose default ends a process and that can be caught, but for those of faults.
void bbcu_ending_signals(sigset_t *set);

// Writes text to standard error.
void bbcu_say(const char *text);

#endif

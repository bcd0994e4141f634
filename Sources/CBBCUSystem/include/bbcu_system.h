// What a process keeps for the moment at which a signal ends it, and work on threads, of which there may be none.
//
// The tables below are filled by the libraries and read by a signal handler, so they have fixed sizes and take no lock.
// Nothing here installs a handler but `bbcu_end_cleanly`, which only the command calls.
#ifndef BBCU_SYSTEM_H
#define BBCU_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A folder as a handle for the calls below, or -1 with errno set. It needs no permission to list the folder.
int bbcu_folder_open(const char *path);

// Notes a file that is being written under a temporary name of at most 63 bytes in an open folder, and returns its
// slot; -1 if none is free. `bbcu_unfinished_done` frees the slot.
int bbcu_unfinished_add(int folder, const char *name);
void bbcu_unfinished_done(int slot);

// Notes that the bytes of a file are mapped, under the name to show for it; -1 if no slot is free.
int bbcu_mapping_add(const void *start, size_t count, const char *name);
void bbcu_mapping_done(int slot);

// Installs the handler of the signals that end a process: it ends the child with its group, unlinks the unfinished
// files, and lets the signal's default end the process. A signal that is ignored stays ignored. A file that was cut
// while it was mapped ends the process with `status`, after one line that names it. So does memory that a limit on address
// space or data refuses.
void bbcu_end_cleanly(int status);

// Ends the process because the system refused memory, as a failed allocation in Swift does.
_Noreturn void bbcu_out_of_memory(void);

// Starts `/bin/sh -c command` in a process group of its own, with no standard input and its output in `log`. It is
// ended with this process, as far as the system can do that. `farewell` is written to standard error if a signal
// ends this process while the child runs. Returns 0, or the error's number.
int bbcu_child_start(const char *command, const char *log, const char *farewell, pid_t *child);

// The child of `bbcu_child_start` was waited for.
void bbcu_child_done(void);

// Calls `work` with every index below `count`, on at most `threads` threads, the caller's among them; on fewer if
// the system has no more threads.
void bbcu_parallel(uint32_t threads, size_t count, void (*work)(void *context, size_t index), void *context);

#endif

// The one signal handler of the command. Libraries install none.
#include "internal.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};
static int unusable_status;
static struct sigaction abort_before;

void bbcu_ending_signals(sigset_t *set) {
    sigemptyset(set);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) sigaddset(set, ending[i]);
}

void bbcu_say(const char *text) {
    size_t count = strlen(text);
    while (count > 0) {
        const ssize_t written = write(STDERR_FILENO, text, count);
        if (written <= 0) {
            if (written < 0 && errno == EINTR) continue;
            return;
        }
        text += written;
        count -= (size_t)written;
    }
}

static void end_by_default(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(number, &action, NULL);
    raise(number);
}

static void end(int number) {
    bbcu_child_end();
    bbcu_unfinished_unlink_all();
    end_by_default(number);
}

// Reading past the new end of a file that was cut while it is mapped is SIGBUS. Swift's frames cannot be jumped over,
// so the process ends here.
static void end_at_cut_file(int number, siginfo_t *info, void *context) {
    (void)context;
    const char *const name = bbcu_mapping_name(info->si_addr);
    bbcu_child_end();
    bbcu_unfinished_unlink_all();
    if (!name) return end_by_default(number);
    bbcu_say("bbcu: error: ");
    bbcu_say(name);
    bbcu_say(": the file was cut off, or could not be read on, while it was read; expected a file that nothing changes. "
             "Wait until it is written or copied, and run again.\n");
    _exit(unusable_status);
}

// printf may allocate.
static void say_number(uint64_t number) {
    char digits[21];
    char *first = digits + sizeof digits - 1;
    *first = 0;
    do { *--first = (char)('0' + number % 10); } while (number /= 10);
    bbcu_say(first);
}

// Kilobytes that a limit on this process's memory allows; false without a limit.
static bool memory_limit(int resource, uint64_t *kilobytes) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) || limit.rlim_cur == RLIM_INFINITY) return false;
    *kilobytes = limit.rlim_cur / 1024;
    return true;
}

// Swift and C++ abort if an allocation fails. Only an abort right after the system refused memory, in a process whose
// memory is limited, is the limit's doing. Any other is a defect, and keeps its signal and its backtrace.
static void end_without_memory(int number, siginfo_t *info, void *context) {
    (void)info;
    (void)context;
    const bool is_refused = errno == ENOMEM;
    uint64_t kilobytes = 0;
    const char *option = NULL;
    if (memory_limit(RLIMIT_AS, &kilobytes)) {
        option = "address space (ulimit -v ";
    } else if (memory_limit(RLIMIT_DATA, &kilobytes)) {
        option = "data (ulimit -d ";
    }
    bbcu_child_end();
    bbcu_unfinished_unlink_all();
    if (!is_refused || !option) {
        sigaction(number, &abort_before, NULL);
        raise(number);
        return;
    }
    bbcu_say("bbcu: error: out of memory: the limit on ");
    bbcu_say(option);
    say_number(kilobytes);
    bbcu_say(") is too small for this input. Raise the limit, or use a smaller input.\n");
    _exit(unusable_status);
}

void bbcu_out_of_memory(void) {
    bbcu_say("Fatal error: the system has no memory left\n");
    errno = ENOMEM;
    abort();
}

static void install(int number, const struct sigaction *action) {
    struct sigaction before;
    // nohup, and a shell without job control, have signals ignored.
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN) return;
    sigaction(number, action, NULL);
}

void bbcu_end_cleanly(int status) {
    unusable_status = status;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    bbcu_ending_signals(&action.sa_mask);
    action.sa_handler = end;
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) install(ending[i], &action);
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = end_at_cut_file;
    install(SIGBUS, &action);
    action.sa_sigaction = end_without_memory;
    if (sigaction(SIGABRT, NULL, &abort_before) == 0) install(SIGABRT, &action);
}

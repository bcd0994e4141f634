#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

extern char **environ;

// The child's process group; 0 for none.
static _Atomic pid_t group;
static char last_words[4096];

void bbcu_child_end(void) {
    const pid_t child = atomic_load(&group);
    if (child <= 0) return;
    kill(-child, SIGKILL);
    bbcu_say(last_words);
}

void bbcu_child_done(void) { atomic_store(&group, 0); }

// In the child: only calls that are allowed between fork and exec where other threads were. Returns only with an error.
static int become(const char *command, const char *log, pid_t parent, const sigset_t *mask) {
    setpgid(0, 0);
#if defined(__linux__)
    // Nothing catches SIGKILL, so the system is asked to end the child with the parent.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) _exit(127);
    const int input = open("/dev/null", O_RDONLY);
    const int output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    if (input < 0 || output < 0) return errno;
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        return errno;
    if (input > STDERR_FILENO) close(input);
    if (output > STDERR_FILENO) close(output);
    sigprocmask(SIG_SETMASK, mask, NULL);
    char *const arguments[] = {"/bin/sh", "-c", (char *)command, NULL};
    execve("/bin/sh", arguments, environ);
    return errno;
}

int bbcu_child_start(const char *command, const char *log, const char *farewell, pid_t *child) {
    int report[2];
    if (pipe(report)) return errno;
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    strncpy(last_words, farewell, sizeof last_words - 1);
    last_words[sizeof last_words - 1] = 0;
    // No signal comes between the fork and the note of its group.
    sigset_t ending, mask;
    bbcu_ending_signals(&ending);
    sigprocmask(SIG_BLOCK, &ending, &mask);
    const pid_t parent = getpid();
    const pid_t started = fork();
    int failure = started < 0 ? errno : 0;
    if (started == 0) {
        failure = become(command, log, parent, &mask);
        _exit(write(report[1], &failure, sizeof failure) < 0 ? 126 : 127);
    }
    if (started > 0) {
        setpgid(started, started);
        atomic_store(&group, started);
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(report[1]);
    if (started > 0) {
        ssize_t count;
        do { count = read(report[0], &failure, sizeof failure); } while (count < 0 && errno == EINTR);
        if (count != sizeof failure) failure = 0;
    }
    close(report[0]);
    *child = started;
    return failure;
}

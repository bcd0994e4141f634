// Prints a digest of digests for each implementation of SHA-256 that this machine has: `sha256-NAME DIGEST`. They must be the same.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bbcu_sha256.h"

static void print(const char *name) {
    static uint8_t bytes[4096 + 1];
    static uint8_t digests[1025 * 32];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 167 + (i >> 8));
    for (size_t count = 0; count <= 1024; count++) {
        // Exactly as many bytes as are read, at odd addresses too: a byte too far is found.
        uint8_t *copy = malloc(count + count % 2);
        if (!copy && count) abort();
        uint8_t *start = count % 2 ? copy + 1 : copy;
        if (count) memcpy(start, bytes + count % 3, count);
        if (!bbcu_sha256_by(name, start, count, digests + 32 * count)) return free(copy);
        free(copy);
    }
    uint8_t digest[32];
    bbcu_sha256(digests, sizeof digests, digest);
    printf("sha256-%s ", name);
    for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
    printf("\n");
}

// With an argument: the speed of an implementation in GB/s, on 64 MiB.
static int measure(const char *name) {
    size_t count = 64 << 20;
    uint8_t *bytes = malloc(count), digest[32];
    if (!bytes) return 1;
    memset(bytes, 0x5a, count);
    double best = 0;
    for (int run = 0; run < 5; run++) {
        struct timespec start, end;
        timespec_get(&start, TIME_UTC);
        if (!bbcu_sha256_by(name, bytes, count, digest)) return 1;
        timespec_get(&end, TIME_UTC);
        double seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
        if ((double)count / seconds > best) best = (double)count / seconds;
    }
    printf("%s %.2f GB/s\n", name, best / 1e9);
    free(bytes);
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1) return measure(argv[1]);
    print("portable");
    print("sha-ni");
    print("armv8");
    return 0;
}

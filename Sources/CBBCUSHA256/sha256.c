// The digest from blocks, and the choice of an implementation.
#include <string.h>

#include "bbcu_sha256.h"
#include "internal.h"

static void digest_by(bbcu_sha256_blocks *take, const uint8_t *bytes, size_t count, uint8_t digest[32]) {
    // The fractional parts of the square roots of the first eight primes (FIPS 180-4, section 5.3.3).
    uint32_t state[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    if (count >= 64) take(state, bytes, count / 64);

    // What is left, a bit that is set, zeros, and the number of bits in 64 bits (section 5.1.1).
    uint8_t last[128] = {0};
    size_t rest = count % 64, blocks = rest < 56 ? 1 : 2;
    if (rest > 0) memcpy(last, bytes + (count - rest), rest);
    last[rest] = 0x80;
    uint64_t bits = (uint64_t)count << 3;
    for (int i = 0; i < 8; i++) last[64 * blocks - 1 - (size_t)i] = (uint8_t)(bits >> 8 * i);
    take(state, last, blocks);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static bbcu_sha256_blocks *named(const char *name) {
    if (strcmp(name, "portable") == 0) return bbcu_sha256_portable;
#if defined(__x86_64__)
    if (strcmp(name, "sha-ni") == 0 && bbcu_sha256_has_sha_ni()) return bbcu_sha256_sha_ni;
#elif defined(__aarch64__)
    if (strcmp(name, "armv8") == 0 && bbcu_sha256_has_armv8()) return bbcu_sha256_armv8;
#endif
    return NULL;
}

bool bbcu_sha256_by(const char *name, const void *bytes, size_t count, uint8_t digest[32]) {
    bbcu_sha256_blocks *take = named(name);
    if (take) digest_by(take, bytes, count, digest);
    return take != NULL;
}

void bbcu_sha256(const void *bytes, size_t count, uint8_t digest[32]) {
    if (bbcu_sha256_by("sha-ni", bytes, count, digest) || bbcu_sha256_by("armv8", bytes, count, digest)) return;
    digest_by(bbcu_sha256_portable, bytes, count, digest);
}

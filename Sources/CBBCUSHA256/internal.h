// What the implementations share.
#ifndef BBCU_SHA256_INTERNAL_H
#define BBCU_SHA256_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

// Takes so many blocks of 64 bytes into the state.
typedef void bbcu_sha256_blocks(uint32_t state[8], const uint8_t *bytes, size_t blocks);

// The round constants: the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2).
extern const uint32_t bbcu_sha256_constants[64];

bbcu_sha256_blocks bbcu_sha256_portable;
#if defined(__x86_64__)
bbcu_sha256_blocks bbcu_sha256_sha_ni;
int bbcu_sha256_has_sha_ni(void);
#elif defined(__aarch64__)
bbcu_sha256_blocks bbcu_sha256_armv8;
int bbcu_sha256_has_armv8(void);
#endif

#endif

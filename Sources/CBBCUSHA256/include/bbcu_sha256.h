// SHA-256 (FIPS 180-4) of bytes in memory, by the instructions that the processor has for it.
#ifndef BBCU_SHA256_H
#define BBCU_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The digest of so many bytes. `bytes` may be NULL if there are none.
void bbcu_sha256(const void *bytes, size_t count, uint8_t digest[32]);

// The same by one implementation: `portable`, `sha-ni` (x86-64) or `armv8` (Arm64). False if this processor cannot run it.
bool bbcu_sha256_by(const char *name, const void *bytes, size_t count, uint8_t digest[32]);

#endif

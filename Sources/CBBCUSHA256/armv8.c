// SHA-256 by the cryptographic extension of Armv8-A (Arm Architecture Reference Manual: SHA256H, SHA256H2, SHA256SU0, SHA256SU1).
#if defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include "internal.h"

int bbcu_sha256_has_armv8(void) {
#if defined(__linux__)
    return getauxval(AT_HWCAP) >> 6 & 1;
#elif defined(__APPLE__)
    return 1;
#else
    return 0;
#endif
}

__attribute__((target("sha2"))) void bbcu_sha256_armv8(uint32_t state[8], const uint8_t *bytes, size_t blocks) {
    uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
    for (; blocks > 0; blocks--, bytes += 64) {
        uint32x4_t abcd_before = abcd, efgh_before = efgh, w[4];
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) {
            uint32x4_t words;
            if (i < 4) {
                words = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes + 16 * i)));
            } else {
                words = vsha256su0q_u32(w[i & 3], w[(i + 1) & 3]);
                words = vsha256su1q_u32(words, w[(i + 2) & 3], w[(i + 3) & 3]);
            }
            w[i & 3] = words;
            uint32x4_t sum = vaddq_u32(words, vld1q_u32(bbcu_sha256_constants + 4 * i)), first = abcd;
            abcd = vsha256hq_u32(abcd, efgh, sum);
            efgh = vsha256h2q_u32(efgh, first, sum);
        }
        abcd = vaddq_u32(abcd, abcd_before);
        efgh = vaddq_u32(efgh, efgh_before);
    }
    vst1q_u32(state, abcd);
    vst1q_u32(state + 4, efgh);
}
#else
// A translation unit is not empty.
typedef int bbcu_sha256_has_no_armv8;
#endif

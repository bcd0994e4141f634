// The sets of kernels that this build has.
#ifndef BBCU_KERNEL_SETS_H
#define BBCU_KERNEL_SETS_H

#include "bbcu_kernels.h"

extern const bbcu_kernels bbcu_kernels_portable;
#if defined(__x86_64__)
extern const bbcu_kernels bbcu_kernels_avx2;
extern const bbcu_kernels bbcu_kernels_avx512;
#elif defined(__aarch64__)
extern const bbcu_kernels bbcu_kernels_neon;
#endif

#endif

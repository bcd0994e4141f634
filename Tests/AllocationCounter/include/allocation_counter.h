// How often the calling thread has asked for memory so far.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

// -1 where allocations cannot be counted (other systems than Linux with glibc).
int64_t allocation_count(void);

#endif

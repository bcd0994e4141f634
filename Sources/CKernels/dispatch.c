#include "bbcu_kernels.h"

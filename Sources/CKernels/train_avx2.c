// Training kernels for AVX2 and FMA.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define FN(name) name##_avx2
#define ROWS 6
#define COLUMNS 1
#define PLANAR_ROWS 2
#define PLANAR_VECTORS 1
#include "train_body.h"
#pragma clang attribute pop
#endif

// Training kernels for AVX-512 with products of bfloat16 pairs.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#define FN(name) name##_avx512_bf16
#define BF16
#define ROWS 14
#define COLUMNS 2
#define PLANAR_ROWS 4
#define PLANAR_VECTORS 2
#include "train_body.h"
#pragma clang attribute pop
#endif

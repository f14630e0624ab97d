// The temporal filter for AVX-512.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2"))), apply_to = function)
#define FN(name) name##_avx512
#include "steady_body.h"
#pragma clang attribute pop
#endif

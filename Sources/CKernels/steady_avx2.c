// The temporal filter for AVX2.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define FN(name) name##_avx2
#include "steady_body.h"
#pragma clang attribute pop
#endif

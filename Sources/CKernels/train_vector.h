// Sixteen floats as one value: a register with AVX-512, two with AVX2, four with SSE. One source for every instruction set.
#pragma once
// Vectors never cross a call: every function that takes one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#include <math.h>

#ifdef BF16
#include <immintrin.h>
#endif

#include "CTrain.h"

typedef float vf __attribute__((vector_size(64), aligned(4)));
typedef int32_t vi __attribute__((vector_size(64), aligned(4)));

#define inlined static inline __attribute__((always_inline))
#define load(p) (*(const vf *)(p))
#define store(p, v) (*(vf *)(p) = (v))
#define splat(x) ((vf){0} + (float)(x))
#define select_positive(m, x) ((vf)((vi)((m) > 0) & (vi)(x)))
// Keeps NaN: a run that diverged must show in its loss.
#define positive(x) ((vf)(~(vi)((x) < 0) & (vi)(x)))
#define larger(a, b) __builtin_elementwise_max(a, b)
#define root(x) __builtin_elementwise_sqrt(x)

// A unit holds two bfloat16 numbers, the first in its low half.
typedef uint32_t vu __attribute__((vector_size(64), aligned(4)));
#define UNROLLED _Pragma("clang loop unroll(full)")

#define ISA TMP_ISA_AVX2
#define VL 8
#define ARITHMETIC 0
#define SUFFIX avx2_f32
#define LABEL "AVX2 fp32"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "template/vector.h"
#include "template/multiply.h"
#include "template/winograd.h"
#include "template/ends.h"
#include "template/direct.h"
#include "template/table.h"
#pragma clang attribute pop
#endif

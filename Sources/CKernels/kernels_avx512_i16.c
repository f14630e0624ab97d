#define ISA TMP_ISA_AVX512
#define VL 16
#define ARITHMETIC 1
#define SUFFIX avx512_i16
#define LABEL "AVX-512 VNNI int16"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,f16c"))), apply_to = function)
#include "template/vector.h"
#include "template/multiply.h"
#include "template/winograd.h"
#include "template/ends.h"
#include "template/direct.h"
#include "template/table.h"
#pragma clang attribute pop
#endif

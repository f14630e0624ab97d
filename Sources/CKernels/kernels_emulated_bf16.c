#define ISA TMP_ISA_AMX
#define VL 16
#define ARITHMETIC 2
#define SUFFIX emulated_bf16
#define LABEL "AMX bf16 (emulated tiles)"
#define TILE_EMULATION 1
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma,f16c"))), apply_to = function)
#include "template/vector.h"
#include "template/tiles.h"
#include "template/winograd.h"
#include "template/ends.h"
#include "template/direct.h"
#include "template/table.h"
#pragma clang attribute pop
#endif

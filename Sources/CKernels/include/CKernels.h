// The inner loops of Tempera. One table of function pointers, filled once from the features of this CPU.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CThreads.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction sets a kernel family may exist for, worst first.
typedef enum {
    TMP_ISA_PORTABLE = 0,
    TMP_ISA_AVX2 = 1,
    TMP_ISA_AVX512 = 2,
    TMP_ISA_AMX = 3,
} tmp_isa;

/// The best instruction set this CPU and kernel allow.
tmp_isa tmp_isa_available(void);

#ifdef __cplusplus
}
#endif

#include "CTrain.h"

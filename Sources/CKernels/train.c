// Which set of training kernels this CPU runs.
#include "CKernels.h"
#include "CTrain.h"

extern const tmp_train_kernels tmp_train_kernels_portable;
#if defined(__x86_64__)
extern const tmp_train_kernels tmp_train_kernels_avx2, tmp_train_kernels_avx512, tmp_train_kernels_avx512_bf16;
#endif

const tmp_train_kernels *tmp_train_for(tmp_isa isa) {
    if (isa > tmp_isa_available()) return 0;
#if defined(__x86_64__)
    if (isa >= TMP_ISA_AVX512)
        return __builtin_cpu_supports("avx512bf16") ? &tmp_train_kernels_avx512_bf16 : &tmp_train_kernels_avx512;
    if (isa == TMP_ISA_AVX2) return &tmp_train_kernels_avx2;
#endif
    return &tmp_train_kernels_portable;
}

const tmp_train_kernels *tmp_train(void) { return tmp_train_for(tmp_isa_available()); }

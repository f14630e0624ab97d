// Which kernels of the temporal filter this CPU runs.
#include "CSteady.h"

extern const tmp_steady_kernels tmp_steady_portable;
#if defined(__x86_64__)
extern const tmp_steady_kernels tmp_steady_avx2, tmp_steady_avx512;
#endif

const tmp_steady_kernels *tmp_steady_for(tmp_isa isa) {
    if (isa > tmp_isa_available()) return 0;
#if defined(__x86_64__)
    if (isa >= TMP_ISA_AVX512) return &tmp_steady_avx512;
    if (isa == TMP_ISA_AVX2) return &tmp_steady_avx2;
#endif
    return &tmp_steady_portable;
}

const tmp_steady_kernels *tmp_steady_any(void) { return &tmp_steady_portable; }

#include "CKernels.h"

extern const tmp_kernels tmp_kernels_portable_f32, tmp_kernels_portable_i16;

#if defined(__x86_64__)
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#include <cpuid.h>

extern const tmp_kernels tmp_kernels_avx2_f32, tmp_kernels_avx512_f32, tmp_kernels_avx512_i16, tmp_kernels_amx_bf16,
    tmp_kernels_emulated_bf16;

// Tile state is off until a process asks for it: arch_prctl(ARCH_REQ_XCOMP_PERM, XTILEDATA).
static int tiles_granted(void) {
#if defined(__linux__)
    return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
    return 0;
#endif
}

static int has_amx(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    const unsigned needed = 1u << 22 | 1u << 24;  // AMX-BF16, AMX-TILE
    return (d & needed) == needed && __builtin_cpu_supports("avx512bf16") && tiles_granted();
}

tmp_isa tmp_isa_available(void) {
    __builtin_cpu_init();
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (avx512 && has_amx()) return TMP_ISA_AMX;
    return avx512 ? TMP_ISA_AVX512 : avx2 ? TMP_ISA_AVX2 : TMP_ISA_PORTABLE;
}

const tmp_kernels *tmp_kernels_for(tmp_isa isa, tmp_arithmetic arithmetic) {
    if (isa > tmp_isa_available()) return NULL;
    if (isa == TMP_ISA_PORTABLE && arithmetic == TMP_F32) return &tmp_kernels_portable_f32;
    if (isa == TMP_ISA_PORTABLE && arithmetic == TMP_I16) return &tmp_kernels_portable_i16;
    if (isa == TMP_ISA_AVX2 && arithmetic == TMP_F32) return &tmp_kernels_avx2_f32;
    if (isa == TMP_ISA_AVX512 && arithmetic == TMP_F32) return &tmp_kernels_avx512_f32;
    if (isa == TMP_ISA_AVX512 && arithmetic == TMP_I16 && __builtin_cpu_supports("avx512vnni")) return &tmp_kernels_avx512_i16;
    if (isa == TMP_ISA_AMX && arithmetic == TMP_BF16) return &tmp_kernels_amx_bf16;
    return NULL;
}

const tmp_kernels *tmp_kernels_emulated_amx(void) {
    return tmp_isa_available() >= TMP_ISA_AVX512 && __builtin_cpu_supports("avx512bf16") ? &tmp_kernels_emulated_bf16 : NULL;
}
#else
tmp_isa tmp_isa_available(void) { return TMP_ISA_PORTABLE; }

const tmp_kernels *tmp_kernels_for(tmp_isa isa, tmp_arithmetic arithmetic) {
    if (isa != TMP_ISA_PORTABLE) return NULL;
    return arithmetic == TMP_F32 ? &tmp_kernels_portable_f32 : arithmetic == TMP_I16 ? &tmp_kernels_portable_i16 : NULL;
}

const tmp_kernels *tmp_kernels_emulated_amx(void) { return NULL; }
#endif

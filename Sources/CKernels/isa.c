#include "CKernels.h"

extern const tmp_kernels tmp_kernels_portable_f32, tmp_kernels_portable_i16;

#if defined(__x86_64__)
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#include <cpuid.h>
#include <pthread.h>

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

// Asked once: AMX costs a system call, and the answers do not change.
static struct {
    tmp_isa isa;
    const tmp_kernels *kernels[4][3];  // by instruction set and arithmetic
} machine;
static pthread_once_t machine_once = PTHREAD_ONCE_INIT;

static void know_machine(void) {
    __builtin_cpu_init();
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    const int amx = avx512 && has_amx();
    machine.isa = amx ? TMP_ISA_AMX : avx512 ? TMP_ISA_AVX512 : avx2 ? TMP_ISA_AVX2 : TMP_ISA_PORTABLE;
    machine.kernels[TMP_ISA_PORTABLE][TMP_F32] = &tmp_kernels_portable_f32;
    machine.kernels[TMP_ISA_PORTABLE][TMP_I16] = &tmp_kernels_portable_i16;
    if (avx2) machine.kernels[TMP_ISA_AVX2][TMP_F32] = &tmp_kernels_avx2_f32;
    if (avx512) machine.kernels[TMP_ISA_AVX512][TMP_F32] = &tmp_kernels_avx512_f32;
    if (avx512 && __builtin_cpu_supports("avx512vnni")) machine.kernels[TMP_ISA_AVX512][TMP_I16] = &tmp_kernels_avx512_i16;
    if (amx) machine.kernels[TMP_ISA_AMX][TMP_BF16] = &tmp_kernels_amx_bf16;
}

tmp_isa tmp_isa_available(void) {
    pthread_once(&machine_once, know_machine);
    return machine.isa;
}

const tmp_kernels *tmp_kernels_for(tmp_isa isa, tmp_arithmetic arithmetic) {
    pthread_once(&machine_once, know_machine);
    return machine.kernels[isa][arithmetic];
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

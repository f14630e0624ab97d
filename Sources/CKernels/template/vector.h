// Vectors of VL lanes, and the few operations that the language's vector extensions do not spell well.
// Included once by each kernels_*.c, which defines VL, ARITHMETIC, ISA and SUFFIX first.
#include <string.h>
#include "../include/CKernels.h"

#define INLINE static inline __attribute__((always_inline))
#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)
#define NAME(f) PASTE(f, SUFFIX)
#define UNROLL _Pragma("clang loop unroll(full)")
// Hides from the compiler where an address or a number comes from.
#define HIDE(x) __asm__("" : "+r"(x))

typedef float vf __attribute__((ext_vector_type(VL)));
typedef int32_t vi __attribute__((ext_vector_type(VL)));
typedef float vf_unaligned __attribute__((ext_vector_type(VL), aligned(4)));
typedef int16_t vh __attribute__((ext_vector_type(VL)));
typedef int16_t vh_unaligned __attribute__((ext_vector_type(VL), aligned(2)));

INLINE vf load_f(const float *p) { return *(const vf_unaligned *)p; }
INLINE void store_f(float *p, vf v) { *(vf_unaligned *)p = v; }

#if VL == 16
INLINE vf max_f(vf a, vf b) { return _mm512_max_ps(a, b); }
INLINE vf min_f(vf a, vf b) { return _mm512_min_ps(a, b); }
INLINE vf largest_magnitude(vf a, vf b) { return _mm512_range_ps(a, b, 0x0b); }
INLINE vi round_i(vf v) { return (vi)_mm512_cvtps_epi32(v); }
INLINE float most_f(vf v) { return _mm512_reduce_max_ps(v); }
#else
#if VL == 8
INLINE vf max_f(vf a, vf b) { return _mm256_max_ps(a, b); }
INLINE vf min_f(vf a, vf b) { return _mm256_min_ps(a, b); }
#else
INLINE vf max_f(vf a, vf b) { return __builtin_elementwise_max(a, b); }
INLINE vf min_f(vf a, vf b) { return __builtin_elementwise_min(a, b); }
#endif
INLINE vf largest_magnitude(vf a, vf b) { return max_f(__builtin_elementwise_abs(a), __builtin_elementwise_abs(b)); }
INLINE vi round_i(vf v) { return __builtin_convertvector(__builtin_elementwise_rint(v), vi); }
INLINE float most_f(vf v) {
    float m = v[0];
    for (int i = 1; i < VL; i++) m = v[i] > m ? v[i] : m;
    return m;
}
#endif

// Elements: what a map holds (`element`), and what the multiply kernels read (`operand`, `UNIT` of them in 4 bytes).
#define INTEGER (ARITHMETIC == 1)
#if ARITHMETIC == 0
typedef float element;
typedef float operand;
typedef vf accumulator;
#define UNIT 1
INLINE vf load_map(const element *p) { return load_f(p); }
INLINE void store_map(element *p, vf v) { store_f(p, v); }
INLINE void store_operand(operand *p, vf v) { store_f(p, v); }
INLINE operand to_operand(double v) { return (operand)v; }
INLINE void multiply_add_vectors(accumulator *sum, accumulator a, accumulator b) { *sum = a * b + *sum; }
INLINE accumulator broadcast(const char *a) { return (vf)(*(const float *)a); }
#else
typedef uint16_t element;  // the bits of a float16
#define UNIT 2
#define LARGEST_HALF 65504.0f
#if VL == 16
INLINE vf load_map(const element *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
INLINE void store_map(element *p, vf v) {
    v = min_f(max_f(v, (vf)(-LARGEST_HALF)), (vf)(LARGEST_HALF));
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
#else
#include "half.h"
INLINE vf load_map(const element *p) {
    vf v;
    for (int i = 0; i < VL; i++) v[i] = half_to_float(p[i]);
    return v;
}
INLINE void store_map(element *p, vf v) {
    for (int i = 0; i < VL; i++) p[i] = float_to_half(v[i]);
}
#endif
#endif

#if ARITHMETIC == 1
typedef int16_t operand;
typedef vi accumulator;
INLINE void store_operand(operand *p, vf v) { *(vh_unaligned *)p = __builtin_convertvector(round_i(v), vh); }
#if VL == 16
INLINE void store_operands(operand *p, vf a, vf b) {
    const __m512i packed = _mm512_packs_epi32((__m512i)round_i(a), (__m512i)round_i(b));  // 16 bytes of each in turn
    _mm512_storeu_si512(p, _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), packed));
}
#else
INLINE void store_operands(operand *p, vf a, vf b) {
    store_operand(p, a);
    store_operand(p + VL, b);
}
#endif
INLINE operand to_operand(double v) { return (operand)v; }
INLINE accumulator broadcast(const char *a) {
    int32_t pair;
    memcpy(&pair, a, 4);
    return (vi)(pair);
}
#if VL == 16
// Spelled out because clang splits the intrinsic into a multiply and an addition, at half the rate.
INLINE void multiply_add_vectors(accumulator *sum, accumulator a, accumulator b) { __asm__("vpdpwssd %2, %1, %0" : "+v"(*sum) : "v"(a), "v"(b)); }
#else
INLINE void multiply_add_vectors(accumulator *sum, accumulator a, accumulator b) {
    int16_t x[2 * VL], y[2 * VL];
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
    for (int i = 0; i < VL; i++) (*sum)[i] += x[2 * i] * y[2 * i] + x[2 * i + 1] * y[2 * i + 1];
}
#endif
#elif ARITHMETIC == 2
typedef uint16_t operand;  // the bits of a bfloat16
typedef vf accumulator;
INLINE operand to_operand(double v) {
    float f = (float)v;
    uint32_t bits;
    memcpy(&bits, &f, 4);
    return (operand)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);  // to nearest, ties to even
}
INLINE void store_operand(operand *p, vf v) { _mm256_storeu_si256((__m256i *)p, (__m256i)_mm512_cvtneps_pbh(v)); }
#endif
#if INTEGER
#define LARGEST_OPERAND 8191.0f  // of the values that meet the weights
// What one count of the int16 weight is worth: the products of `total` with the largest operand stay inside int32.
INLINE float operand_scale(double total, double largest, size_t terms, double largest_input) {
    double by_total = total / (2147483647.0 / largest_input - (double)terms), by_largest = largest / 32767.0;
    double scale = by_total > by_largest ? by_total : by_largest;
    return scale > 0 ? (float)(scale * 1.0000002) : 1;
}
#endif

INLINE vf to_float(accumulator a) { return __builtin_convertvector(a, vf); }

INLINE accumulator load_accumulator(const void *p) {
    accumulator v;
    memcpy(&v, p, sizeof v);
    return v;
}
INLINE void store_accumulator(void *p, accumulator v) { memcpy(p, &v, sizeof v); }

#define BLOCK (2 * VL)    // columns that one multiply block holds in registers
#define PREFETCHED 16384  // bytes past the packed weights that may be asked for ahead of time
INLINE size_t round_up(size_t n, size_t m) { return (n + m - 1) / m * m; }
// Planes whose distance is a multiple of 4 KiB fall on the same cache sets: keep it an odd number of lines.
INLINE size_t plane_bytes(size_t n) { return round_up(n, 128) + 64; }

typedef double vd __attribute__((ext_vector_type(VL)));
typedef double vd_unaligned __attribute__((ext_vector_type(VL), aligned(8)));

// What one chunk adds to its statistics, a channel a lane. The sums are of the distances to `centre`, one of the chunk's own
// values: a variance far below the squared mean is then exact, where float sums of squares would leave nothing of it.
typedef struct {
    vf centre, sum, square, least, most;
} lane_statistics;

INLINE lane_statistics statistics_about(vf centre) {
    return (lane_statistics){centre, (vf)(0.0f), (vf)(0.0f), (vf)(__builtin_inff()), (vf)(-__builtin_inff())};
}
INLINE void count_value(lane_statistics *s, vf value) {
    const vf distance = value - s->centre;
    s->sum += distance;
    s->square = distance * distance + s->square;
    s->least = min_f(s->least, value);
    s->most = max_f(s->most, value);
}
// Adds them, of `count` values, to the statistics of a chunk.
INLINE void add_statistics(tmp_statistics to, int channel, lane_statistics s, int count) {
    const vd centre = __builtin_convertvector(s.centre, vd), sum = __builtin_convertvector(s.sum, vd);
    *(vd_unaligned *)(to.sum + channel) += sum + centre * (double)count;
    *(vd_unaligned *)(to.square_sum + channel) += __builtin_convertvector(s.square, vd) + centre * (sum * 2.0 + centre * (double)count);
    store_f(to.least + channel, min_f(load_f(to.least + channel), s.least));
    store_f(to.most + channel, max_f(load_f(to.most + channel), s.most));
}

// The values of `VL` channels as a layer loads them: see tmp_load. Without has_skip `skip` is not read.
INLINE vf normalized(const element *map, const element *skip, vf scale, vf shift, vf floor, int has_skip) {
    vf v = load_map(map) * scale + shift;
    if (has_skip) v += load_map(skip);
    return max_f(v, floor);
}
// At element offset `at`.
INLINE vf load_value(const tmp_load *l, size_t at, int channel, vf floor, int has_skip) {
    const element *map = (const element *)l->map + at;
    return normalized(map, has_skip ? (const element *)l->skip + at : map, load_f(l->scale + channel), load_f(l->shift + channel), floor, has_skip);
}
INLINE vf load_floor(const tmp_load *l) { return l->relu ? (vf)(0.0f) : (vf)(-__builtin_inff()); }
INLINE int reflect(int i, int n) {
    if (i < 0) i = -i;
    return i < n ? i : 2 * n - 2 - i;
}
